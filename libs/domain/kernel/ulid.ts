/** Crockford's base32 in lowercase (no i, l, o, u), the alphabet of ULIDs: https://github.com/ulid/spec */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** 48 bits of epoch milliseconds as 10 characters. */
export function encodeTime(time: number): string {
  let rest = time;
  let text = '';
  for (let i = 0; i < 10; i++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}

/** When an id (`ntf_…`) was made, epoch milliseconds; undefined if it is none of ours. */
export function timeOfId(id: string): number | undefined {
  const [, digits] = /^[a-z]{3}_([0-7][0-9a-hjkmnp-tv-z]{9})[0-9a-hjkmnp-tv-z]{16}$/.exec(id) ?? [];
  if (digits === undefined) return undefined;
  return [...digits].reduce((time, digit) => time * 32 + ALPHABET.indexOf(digit), 0);
}

/** Ten bytes as 16 digits of five bits. */
export function randomDigits(bytes: Uint8Array): number[] {
  const digits: number[] = [];
  let bits = 0;
  let held = 0;
  for (const byte of bytes.subarray(0, 10)) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      digits.push((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return digits;
}

export function digitsText(digits: readonly number[]): string {
  let text = '';
  for (const digit of digits) text += ALPHABET.charAt(digit);
  return text;
}

/** Any bytes in the same alphabet, the last character padded with zero bits. */
export function base32(bytes: Uint8Array): string {
  let bits = 0;
  let held = 0;
  let text = '';
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET.charAt((held >>> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET.charAt((held << (5 - bits)) & 31) : text;
}
