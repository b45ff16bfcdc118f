/** One word of a text, and where it stands there (UTF-16 units, `end` behind it). */
export interface Word {
  /** In small letters. */
  readonly word: string;
  readonly start: number;
  readonly end: number;
}

/** Words that follow one another. */
export interface Term {
  readonly words: readonly string[];
  /** The last of them may be the beginning of a longer one. */
  readonly isPrefix: boolean;
}

/** Where a text holds what was looked for: UTF-16 units, `end` behind it. */
export interface Highlight {
  readonly start: number;
  readonly end: number;
}

/** Marked in one text, at most. */
const MOST_HIGHLIGHTS = 100;

/** What is neither a letter nor a digit parts words: there is nothing in one that any query language could stumble over. */
export function* wordsOf(text: string): Generator<Word> {
  for (const { 0: found, index } of text.matchAll(/[\p{L}\p{N}\p{Co}][\p{L}\p{N}\p{M}\p{Co}]*/gu))
    yield { word: found.toLowerCase().normalize('NFC'), start: index, end: index + found.length };
}

/** Whether a text holds all of the terms. */
export function holds(text: string, terms: readonly Term[]): boolean {
  const words = foldedWordsOf(text);
  return terms.map(foldedTerm).every((term) => words.some((_, at) => standsAt(words, at, term)));
}

/** The places in a text where any of the terms is found, in order. What overlaps is one. */
export function highlightsOf(text: string, terms: readonly Term[]): Highlight[] {
  if (terms.length === 0) return [];
  const words = foldedWordsOf(text);
  const wanted = terms.map(foldedTerm);
  const marked: Highlight[] = [];
  for (const [at, { start }] of words.entries()) {
    const longest = Math.max(...wanted.map((term) => (standsAt(words, at, term) ? term.words.length : 0)));
    const end = longest === 0 ? undefined : words[at + longest - 1]?.end;
    if (end === undefined) continue;
    const last = marked.at(-1);
    if (last && start < last.end) marked.splice(-1, 1, { start: last.start, end: Math.max(last.end, end) });
    else if (marked.length === MOST_HIGHLIGHTS) break;
    else marked.push({ start, end });
  }
  return marked;
}

/** Nobody looks for a word by its accents. */
function withoutAccents(word: string): string {
  return word
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .normalize('NFC');
}

/** What is looked for, without accents. */
export function foldedTerm({ words, isPrefix }: Term): Term {
  return { words: words.map(withoutAccents), isPrefix };
}

/** The words of a text as they are looked for: without accents. */
export function foldedWordsOf(text: string): Word[] {
  return [...wordsOf(text)].map((one) => ({ ...one, word: withoutAccents(one.word) }));
}

function standsAt(words: readonly Word[], at: number, { words: wanted, isPrefix }: Term): boolean {
  return wanted.every((one, index) => {
    const word = words[at + index]?.word;
    if (word === one) return true;
    return isPrefix && index === wanted.length - 1 && word?.startsWith(one) === true;
  });
}
