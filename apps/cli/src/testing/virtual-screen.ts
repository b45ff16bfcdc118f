import type { Screen } from '../terminal/terminal.js';

/** A terminal that shows what is written to it, as far as we use one: lines, cursor up, erase line. */
export class VirtualScreen implements Screen {
  readonly isTTY = true;
  readonly columns: number;
  #lines: string[] = [''];
  #row = 0;

  constructor(columns = 80) {
    this.columns = columns;
  }

  write(text: string): void {
    for (const [token] of text.matchAll(/\u001b\[\d*[A-Za-z]|\n|\r|[^\u001b\n\r]+/g)) this.#take(token);
  }

  /** Without colours and without the empty line that the cursor is on. */
  get shown(): readonly string[] {
    return this.#lines.slice(0, this.#lines.at(-1) === '' ? -1 : undefined);
  }

  #take(token: string): void {
    if (token === '\n') {
      this.#row += 1;
      if (this.#row === this.#lines.length) this.#lines.push('');
    } else if (token === '\u001b[1A') {
      this.#row = Math.max(0, this.#row - 1);
    } else if (token === '\u001b[2K') {
      this.#lines[this.#row] = '';
      this.#lines = this.#lines.slice(0, this.#row + 1);
    } else if (!token.startsWith('\u001b') && token !== '\r') {
      this.#lines[this.#row] += token;
    }
  }
}

/** Keeps what is written, as a file or a pipe does. */
export class VirtualFile implements Screen {
  text = '';

  write(text: string): void {
    this.text += text;
  }
}
