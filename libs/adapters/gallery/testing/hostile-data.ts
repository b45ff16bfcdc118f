/** Longer than any line, without a place to break: what a name is when somebody wants to see the layout fall apart. */
export const UNBROKEN = 'Llanfairpwllgwyngyll'.repeat(10);

const URL_LIKE = /^https?:/;
/** Dates, currencies and time zones: words in their place would be printed as they are, or be no such thing. */
const CODE_LIKE = /^(?:\d{4}-\d\d-\d\d|[A-Z]{3}$|[A-Z][a-z]+\/[A-Z][a-z]+$)/;

/** Examples with every word in them, however deep, replaced; addresses of pages stay such and grow a long end. */
export function withWords(value: unknown, words: string): unknown {
  if (Array.isArray(value)) return value.map((one) => withWords(one, words));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withWords(one, words)]));
  }
  if (typeof value !== 'string' || CODE_LIKE.test(value)) return value;
  return URL_LIKE.test(value) ? `${value}?${'x'.repeat(200)}` : words;
}

/** Every text in examples, however deep. */
export function wordsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return URL_LIKE.test(value) || CODE_LIKE.test(value) ? [] : [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(wordsOf) : [];
}
