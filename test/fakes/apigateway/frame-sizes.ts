/** Reads the headers of WebSocket frames as they come from a client, and tells how large each says that it is. */
export class FrameSizes {
  readonly #told: (bytes: number) => void;
  #header = Buffer.alloc(0);
  #left = 0;

  constructor(told: (bytes: number) => void) {
    this.#told = told;
  }

  push(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      const passed = Math.min(this.#left, rest.length);
      this.#left -= passed;
      rest = rest.subarray(passed);
      if (rest.length === 0) return;
      this.#header = Buffer.concat([this.#header, rest]);
      const length = lengthOf(this.#header);
      if (!length) return;
      rest = this.#header.subarray(length.header);
      this.#header = Buffer.alloc(0);
      this.#left = length.payload;
      this.#told(length.payload);
    }
  }
}

/** RFC 6455, 5.2. Undefined while the header is not whole. */
function lengthOf(bytes: Buffer): { readonly header: number; readonly payload: number } | undefined {
  if (bytes.length < 2) return undefined;
  const second = bytes.readUInt8(1);
  const short = second & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  const header = 2 + extended + (second & 0x80 ? 4 : 0);
  if (bytes.length < header) return undefined;
  if (extended === 0) return { header, payload: short };
  return { header, payload: extended === 2 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2)) };
}
