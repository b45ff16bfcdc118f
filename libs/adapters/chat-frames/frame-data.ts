import { Refusal } from '#domain/kernel/refusal.js';

/** Bytes of the data of one frame, on every transport. */
export const LARGEST_FRAME = 128 * 1024;
/** Levels of nesting, as in a body of REST: whoever walks through deeper ones runs out of stack. */
const DEEPEST = 64;
const LONGEST_ID = 128;

/** What a client sent with a frame, read field by field. What it holds beside these is passed over. */
export class FrameData {
  readonly #fields: Readonly<Record<string, unknown>>;

  /** @throws Refusal `message_too_large` | `invalid_json` (nested too deeply) | `validation_failed` */
  constructor(sent: unknown) {
    if (sent === undefined || sent === null) {
      this.#fields = {};
      return;
    }
    if (typeof sent !== 'object' || Array.isArray(sent) || ArrayBuffer.isView(sent))
      throw invalid('', 'Send an object.');
    if (isDeeper(sent, DEEPEST))
      throw new Refusal('invalid_json', `A frame is nested at most ${DEEPEST} levels deep.`);
    if (Buffer.byteLength(JSON.stringify(sent)) > LARGEST_FRAME)
      throw new Refusal('message_too_large', `A frame has at most ${LARGEST_FRAME} bytes.`);
    this.#fields = sent as Record<string, unknown>;
  }

  text(name: string): string {
    const value = this.#own(name);
    if (typeof value !== 'string') throw invalid(name, 'This is to be a text.');
    return value;
  }

  id(name: string): string {
    const value = this.text(name);
    if (value === '' || value.length > LONGEST_ID)
      throw invalid(name, `This is to be an id of 1 to ${LONGEST_ID} characters.`);
    return value;
  }

  optionalText(name: string): string | undefined {
    return this.#isSet(name) ? this.text(name) : undefined;
  }

  texts(name: string): readonly string[] {
    const value = this.#own(name);
    if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
      throw invalid(name, 'This is to be a list of texts.');
    return value as string[];
  }

  optionalTexts(name: string): readonly string[] | undefined {
    return this.#isSet(name) ? this.texts(name) : undefined;
  }

  flag(name: string, otherwise: boolean): boolean {
    if (!this.#isSet(name)) return otherwise;
    const value = this.#own(name);
    if (typeof value !== 'boolean') throw invalid(name, 'This is to be true or false.');
    return value;
  }

  count(name: string): number {
    const value = this.#own(name);
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
      throw invalid(name, 'This is to be a whole number, 0 or more.');
    return value;
  }

  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.text(name);
    const found = choices.find((one) => one === value);
    if (found === undefined) throw invalid(name, `This is to be one of ${choices.join(', ')}.`);
    return found;
  }

  any(name: string): unknown {
    return this.#own(name);
  }

  /** Data within data, by the client's names. Undefined if it is not there. */
  entries(name: string, most: number): ReadonlyMap<string, FrameData> | undefined {
    if (!this.#isSet(name)) return undefined;
    return entriesOf(this.#own(name), name, most);
  }

  get isEmpty(): boolean {
    return Object.keys(this.#fields).length === 0;
  }

  /** All of it as data within data. */
  all(most: number): ReadonlyMap<string, FrameData> {
    return entriesOf(this.#fields, '', most);
  }

  #own(name: string): unknown {
    return Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
  }

  #isSet(name: string): boolean {
    const value = this.#own(name);
    return value !== undefined && value !== null;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((one) => isDeeper(one, levels - 1));
}

function entriesOf(value: unknown, name: string, most: number): ReadonlyMap<string, FrameData> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalid(name, 'This is to be an object.');
  const entries = Object.entries(value);
  if (entries.length > most) throw invalid(name, `This takes at most ${most}.`);
  return new Map(entries.map(([key, one]) => [key, new FrameData(one)]));
}

function invalid(name: string, detail: string): Refusal {
  const faults = [{ pointer: `/${name}`, code: 'wrong_type', detail }];
  return new Refusal('validation_failed', detail, { faults });
}
