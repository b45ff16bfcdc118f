import type { Ids } from '#ports/system/ids.js';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** Ids that count up from one, so that a test can say which it expects. */
export class CountingIds implements Ids {
  #last = 0;

  next<P extends string>(prefix: P): `${P}_${string}` {
    let rest = ++this.#last;
    let text = '';
    while (rest > 0) {
      text = (ALPHABET[rest % 32] ?? '') + text;
      rest = Math.floor(rest / 32);
    }
    return `${prefix}_${text.padStart(26, '0')}`;
  }
}
