const LINE_FEED = 10;

/** Texts as what they have in common and what each has of its own: `pieces[0] + own[0] + pieces[1] + own[1] + …`. */
export interface SharedLines {
  readonly pieces: readonly string[];
  /** For every text what stands between the pieces: one less than there are pieces. */
  readonly own: readonly (readonly string[])[];
}

/**
 * Takes texts that were made from one template apart again, line by line. Put together, pieces and own lines are the
 * texts, byte for byte. Every piece but the first and the last begins and ends with a line break: what goes between
 * stands on lines of its own.
 *
 * This is why sending in bulk is cheap: fifty renderings of a 5 KB newsletter are 250 KB to escape, to encode, to hash
 * for a signature; what differs between them is a name and a link.
 *
 * @param unsafe says of a line that it must not be in a piece (it would mean something to whoever fills the template)
 */
export function shareLines(
  texts: readonly string[],
  unsafe: (line: string) => boolean = () => false,
): SharedLines {
  const lines = (texts[0] ?? '').split('\n');
  const shared = lines.map((line) => !unsafe(line));
  let runs = runsOf(shared, lines);
  for (const text of texts) {
    // After the first few texts it is known which lines differ, and the rest is compared in a few large strides:
    // this runs over every byte that is sent.
    if (hasRuns(text, runs)) continue;
    if (!strikeDiffering(shared, lines, text)) return shareEnds(texts, unsafe);
    runs = runsOf(shared, lines);
  }
  const pieces = [''];
  runs.forEach((run, at) => {
    const last = pieces.length - 1;
    pieces[last] = `${pieces[last]}${at === 0 ? '' : '\n'}${run.shared ? run.text : ''}`;
    if (!run.shared) pieces.push('');
  });
  return { pieces, own: texts.map((text) => ownRuns(text, runs)) };
}

/** The same for texts with nothing in common: each is all its own. */
export function shareNothing(texts: readonly string[]): SharedLines {
  return { pieces: ['', ''], own: texts.map((text) => [text]) };
}

/** The pieces as a template, with a tag where each text's own goes. */
export function templateOf({ pieces }: SharedLines, tags: readonly string[]): string {
  return pieces.reduce((template, piece, n) => `${template}${tags[n - 1]}${piece}`);
}

/** Adds to each text's data what is its own, under the keys in their order. */
export function addOwn(
  data: readonly Record<string, string>[],
  { own }: SharedLines,
  keys: readonly string[],
): void {
  data.forEach((values, at) => {
    own[at]?.forEach((text, n) => (values[keys[n] as string] = text));
  });
}

/** Texts with different numbers of lines, as conditions in a template make them: they share a beginning and an end. */
function shareEnds(texts: readonly string[], unsafe: (line: string) => boolean): SharedLines {
  const split = texts.map((text) => text.split('\n'));
  const [first = []] = split;
  // At least one line of every text is its own, so that whatever goes between the ends stands on lines of its own.
  const room = Math.min(...split.map(({ length }) => length)) - 1;
  const isShared = (at: number) => {
    const line = first.at(at);
    return line !== undefined && !unsafe(line) && split.every((lines) => lines.at(at) === line);
  };
  let head = 0;
  while (head < room && isShared(head)) head += 1;
  let tail = 0;
  while (head + tail < room && isShared(-1 - tail)) tail += 1;
  const beginning = first.slice(0, head).map((line) => `${line}\n`);
  const end = first.slice(first.length - tail).map((line) => `\n${line}`);
  const own = split.map((lines) => [lines.slice(head, lines.length - tail).join('\n')]);
  return { pieces: [beginning.join(''), end.join('')], own };
}

/** Whether a text has all shared lines, each in its place. */
function hasRuns(text: string, runs: readonly Run[]): boolean {
  let at = 0;
  for (const run of runs) {
    // The text ended with the run before: the line break between the two is not there.
    if (at > text.length) return false;
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
