import { Refusal } from '#domain/kernel/refusal.js';
import type { RenderContext } from '#ports/templating/renderer.js';
import { dataRefusal } from './faults.js';
import { MAX_OUTPUT, MAX_STEPS } from './limits.js';
import { property } from './values.js';

interface Required {
  readonly name: string;
  readonly slot: number;
  readonly rest: readonly string[];
}

/**
 * One rendering under way: the message's variables, and what the rendering has spent. A template has one of these and
 * renders one message at a time; every field is set anew for each, so nothing of one recipient is left for the next.
 */
export class Run {
  /** The values of the message's variables, in the order of the names given. */
  readonly slots: unknown[];
  readonly #names: readonly string[];
  readonly #required: readonly Required[];
  #steps = 0;
  #chars = 0;

  constructor(names: readonly string[], required: readonly string[]) {
    const paths = required.map((name) => name.split('.'));
    const all = [...new Set([...names, ...paths.map(([head = '']) => head)])];
    this.#names = all;
    this.slots = all.map(() => undefined);
    this.#required = paths.map(([head = '', ...rest]) => ({
      name: [head, ...rest].join('.'),
      slot: all.indexOf(head),
      rest,
    }));
  }

  slotOf(name: string): number {
    return this.#names.indexOf(name);
  }

  looksAt(name: string): boolean {
    return this.#names.includes(name);
  }

  /** @throws Refusal `missing_variable`, naming every one that is missing */
  begin({ recipient, shared, platform }: RenderContext): void {
    this.#steps = 0;
    this.#chars = 0;
    const { slots } = this;
    let slot = 0;
    for (const name of this.#names) {
      slots[slot++] = property(platform, name) ?? property(recipient, name) ?? property(shared, name);
    }
    for (const one of this.#required) if (this.#isMissing(one)) throw this.#missing();
  }

  /** Called for every iteration, condition and printed value; `cost` counts for what takes longer than those do. */
  step(cost = 1): void {
    this.#steps += cost;
    if (this.#steps > MAX_STEPS) throw tooLarge(`It takes more than ${MAX_STEPS} steps to render.`);
  }

  /** Called with every value before it is printed, so that nothing long is escaped before it is refused. */
  spend(text: string): string {
    this.step();
    this.#chars += text.length;
    if (this.#chars > MAX_OUTPUT) throw tooLong();
    return text;
  }

  #isMissing({ slot, rest }: Required): boolean {
    let value = this.slots[slot];
    for (const name of rest) value = property(value, name);
    return value === undefined || value === null;
  }

  #missing(): Refusal {
    const names = this.#required.filter((one) => this.#isMissing(one)).map(({ name }) => name);
    return dataRefusal(
      'missing_variable',
      `Missing: ${names.join(', ')}.`,
      names,
      'is required and missing.',
    );
  }
}

export function tooLong(): Refusal {
  return tooLarge(`It would be longer than ${MAX_OUTPUT} characters.`);
}

function tooLarge(detail: string): Refusal {
  return new Refusal('render_too_large', detail, {
    faults: [{ pointer: '/data', code: 'render_too_large', detail }],
  });
}
