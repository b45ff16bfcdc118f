/**
 * A text made from a template: what the template says to everybody, and this message's own values between it.
 *
 * A campaign is one newsletter two hundred thousand times. Put together, each is 4 KB to escape, to encode and to throw
 * away; in pieces the newsletter is escaped and encoded once, and what is left of a message is a name and a link.
 */
export interface PiecedText {
  /**
   * What the template says: the same array for every message of a version, and never changed. Whatever is made of these
   * pieces may be kept under the array, in a WeakMap, and is good for all messages that have it.
   */
  readonly fixed: readonly string[];
  /** The text from its beginning to its end: a number stands for that fixed piece, a string for itself. */
  readonly sequence: readonly (number | string)[];
  /** UTF-16 units of the whole, like a string's. */
  readonly length: number;
}

/** To be sent as it is, whole or in pieces. */
export type Text = string | PiecedText;

export function plainText(text: Text): string {
  if (typeof text === 'string') return text;
  let plain = '';
  for (const part of text.sequence) plain += typeof part === 'string' ? part : (text.fixed[part] ?? '');
  return plain;
}
