import type { PiecedText } from '#domain/kernel/text.js';
import { MAX_OUTPUT } from './limits.js';
import { tooLong } from './run.js';

/** What one part of a template is printed on, message by message. Nothing of one is left for the next. */
export class Sheet {
  readonly #fixed: string[] = [];
  #sequence: (number | string)[] = [];
  #length = 0;

  /** For a text of the template itself, once before anything is printed. Answers with the number it is printed by. */
  keep(text: string): number {
    return this.#fixed.push(text) - 1;
  }

  begin(): void {
    this.#sequence = [];
    this.#length = 0;
  }

  /** @throws Refusal `render_too_large` */
  printFixed(number: number): void {
    this.#lengthen((this.#fixed[number] as string).length);
    this.#sequence.push(number);
  }

  /** @throws Refusal `render_too_large` */
  printOwn(text: string): void {
    this.#lengthen(text.length);
    // An empty one too: then all messages that took the same way through the template have the same number of parts.
    this.#sequence.push(text);
  }

  /** How many parts are printed: where whatever comes next begins. */
  get here(): number {
    return this.#sequence.length;
  }

  /** What was printed since. */
  since(place: number): string {
    let text = '';
    for (let at = place; at < this.#sequence.length; at++) {
      const part = this.#sequence[at] as number | string;
      text += typeof part === 'string' ? part : (this.#fixed[part] as string);
    }
    return text;
  }

  end(): PiecedText {
    return { fixed: this.#fixed, sequence: this.#sequence, length: this.#length };
  }

  #lengthen(by: number): void {
    this.#length += by;
    if (this.#length > MAX_OUTPUT) throw tooLong();
  }
}
