/** UTF-16 units of a text: from `start` to before `end`. */
export interface Highlight {
  readonly start: number;
  readonly end: number;
}

export type TextPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'found'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

const LINK = /\bhttps?:\/\/[^\s<>"'`]{1,2000}/giu;
const AFTER_A_SENTENCE = /[.,;:!?)\]}»”’…]+$/u;

/** What of a text is a link: `http` and `https` written out, and nothing else. */
export function partsOf(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let end = 0;
  for (const { 0: found, index } of text.matchAll(LINK)) {
    const href = found.replace(AFTER_A_SENTENCE, '');
    if (!URL.canParse(href)) continue;
    if (index > end) parts.push({ kind: 'text', text: text.slice(end, index) });
    // What is shown is what is opened: no other characters, no other order.
    parts.push({ kind: 'link', text: href, href });
    end = index + href.length;
  }
  if (end < text.length) parts.push({ kind: 'text', text: text.slice(end) });
  return parts;
}

const BEFORE_FOUND = 40;
const LONGEST_EXCERPT = 220;

/** A stretch of the text around the first of what was found in it, with what was found marked. */
export function excerptOf(text: string, highlights: readonly Highlight[]): readonly TextPart[] {
  const first = highlights[0]?.start ?? 0;
  const from = first > LONGEST_EXCERPT - BEFORE_FOUND ? first - BEFORE_FOUND : 0;
  const to = Math.min(text.length, from + LONGEST_EXCERPT);
  const parts: TextPart[] = from > 0 ? [{ kind: 'text', text: '…' }] : [];
  let at = from;
  for (const { start, end } of highlights) {
    if (start < at || start >= to) continue;
    if (start > at) parts.push({ kind: 'text', text: text.slice(at, start) });
    at = Math.min(end, to);
    parts.push({ kind: 'found', text: text.slice(start, at) });
  }
  if (at < to) parts.push({ kind: 'text', text: text.slice(at, to) });
  if (to < text.length) parts.push({ kind: 'text', text: '…' });
  return parts;
}

const MISLEADING = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/** The name of a file without what would show it in another order: `photo‮gnp.exe` is an exe. */
export function plainName(name: string): string {
  return name.replace(MISLEADING, '\u{fffd}');
}
