const LINE_FEED = 10;

export interface SharedLines {
  /** The text all have in common, with a tag wherever they differ. */
  readonly template: string;
  /** How many tags it has. */
  readonly tags: number;
  /** For every text, what stands in place of each tag. */
  readonly own: readonly (readonly string[])[];
}

/**
 * Takes texts made from one template apart again: lines that are the same in all of them go once into a template, runs
 * of lines that differ become a tag. Filling the template gives back every text, byte for byte.
 *
 * This is why sending in bulk is cheap: fifty renderings of a 5 KB newsletter are 250 KB, escaped twice and hashed for
 * the signature; what differs between them is a name and a link.
 *
 * @param tag the text of the n-th tag
 * @param unsafe says whether a line would mean something to whoever fills the template, so must not stand in it
 */
export function shareLines(
  texts: readonly string[],
  tag: (n: number) => string,
  unsafe: (line: string) => boolean,
): SharedLines {
  const lines = (texts[0] ?? '').split('\n');
  const shared = lines.map((line) => !unsafe(line));
  let runs = runsOf(shared, lines);
  for (const text of texts) {
    // After the first few texts it is known which lines differ, and the rest is compared in a few large strides:
    // this runs over every byte that is sent.
    if (hasRuns(text, runs)) continue;
    if (!strikeDiffering(shared, lines, text)) return shareNothing(texts, tag);
    runs = runsOf(shared, lines);
  }
  let tags = 0;
  const template = runs.map((run) => (run.shared ? run.text : tag(tags++)));
  return { template: template.join('\n'), tags, own: texts.map((text) => ownRuns(text, runs)) };
}

/** The same shape for texts with nothing in common: one tag, which is the whole text. */
export function shareNothing(texts: readonly string[], tag: (n: number) => string): SharedLines {
  return { template: tag(0), tags: 1, own: texts.map((text) => [text]) };
}

/** Whether a text has all shared lines, each in its place. */
function hasRuns(text: string, runs: readonly Run[]): boolean {
  let at = 0;
  for (const run of runs) {
    const end = endOfRun(text, at, run);
    if (end > text.length || (run.shared && text.slice(at, end) !== run.text)) return false;
    if (end < text.length && text.charCodeAt(end) !== LINE_FEED) return false;
    at = end + 1;
  }
  return at === text.length + 1;
}

/** Strikes off the lines that are others in this text; false if it has more or fewer lines. */
function strikeDiffering(shared: boolean[], lines: readonly string[], text: string): boolean {
  let at = 0;
  for (let n = 0; n < lines.length; n++) {
    if (at > text.length) return false;
    const end = endOfLine(text, at);
    if (text.slice(at, end) !== lines[n]) shared[n] = false;
    at = end + 1;
  }
  return at === text.length + 1;
}

interface Run {
  readonly shared: boolean;
  text: string;
  lines: number;
}

/** Neighbouring lines of the same sort, put together. */
function runsOf(shared: readonly boolean[], lines: readonly string[]): readonly Run[] {
  const runs: Run[] = [];
  lines.forEach((line, n) => {
    const last = runs.at(-1);
    if (last && last.shared === shared[n]) {
      last.text += `\n${line}`;
      last.lines += 1;
    } else {
      runs.push({ shared: shared[n] ?? false, text: line, lines: 1 });
    }
  });
  return runs;
}

function ownRuns(text: string, runs: readonly Run[]): readonly string[] {
  const own: string[] = [];
  let at = 0;
  for (const run of runs) {
    const end = endOfRun(text, at, run);
    if (!run.shared) own.push(text.slice(at, end));
    at = end + 1;
  }
  return own;
}

function endOfRun(text: string, from: number, run: Run): number {
  if (run.shared) return from + run.text.length;
  let end = endOfLine(text, from);
  for (let more = 1; more < run.lines; more++) end = endOfLine(text, end + 1);
  return end;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}
