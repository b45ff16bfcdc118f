import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { type Body, type BrokenRule, type FieldRules, rulesOf } from './body-rules.js';
import { MOST_FAULTS, pointerPart } from './json-text.js';

/** class-validator's names in ours. What is not in here is its name in snake case. */
const CODES: Readonly<Record<string, string>> = {
  isDefined: 'required',
  isNotEmpty: 'required',
  isString: 'wrong_type',
  isInt: 'wrong_type',
  isNumber: 'wrong_type',
  isBoolean: 'wrong_type',
  isArray: 'wrong_type',
  isObject: 'wrong_type',
  isLength: 'wrong_length',
  minLength: 'too_short',
  arrayMinSize: 'too_short',
  arrayNotEmpty: 'too_short',
  maxLength: 'too_long',
  arrayMaxSize: 'too_long',
  min: 'too_small',
  max: 'too_large',
  isIn: 'not_allowed',
  isEnum: 'not_allowed',
  matches: 'wrong_format',
};

/** What there can only be a word about if there is a value: that there is none is the fault then. */
const KINDS_AND_FORMS: ReadonlySet<string> = new Set([...Object.values(CODES), 'email', 'url', 'iso8601']);

/** No object of ours has a tenth as many fields. What people fill in freely (`attributes`, `data`) is not counted. */
const MOST_FIELDS = 200;

/** Objects in one list. */
const MOST_ITEMS = 1_000;

/**
 * Turns a body or a query into the class its parameter is declared with, and refuses what does not fit. Applied per
 * controller (by `@RestController`): a global one would also meet the messages of sockets, and answer them as HTTP.
 *
 * A body is taken as it is: `"5"` is not 5. A query is text by nature, so its numbers are converted by the `@Type` of
 * their field.
 */
@Injectable()
export class Validation implements PipeTransform {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if ((type !== 'body' && type !== 'query') || !isBody(metatype)) return value;
    if (!isPlainObject(value)) {
      throw refused([{ pointer: '', code: 'wrong_type', detail: 'The body must be a JSON object.' }]);
    }
    return new Reading(type).read(metatype, value);
  }
}

/**
 * One body on its way into its class, and what is found wrong with it. It ends at fifty faults: no more are told, and a
 * stranger's thousand objects of nonsense are not worth looking at.
 */
class Reading {
  readonly #kind: 'body' | 'query';
  readonly #faults: FieldFault[] = [];

  constructor(kind: 'body' | 'query') {
    this.#kind = kind;
  }

  /** @throws Refusal `validation_failed`, with every fault */
  read(type: Body, plain: Readonly<Record<string, unknown>>): object {
    const instance = this.#object(type, plain, '');
    if (this.#faults.length > 0) throw refused(this.#faults);
    return instance;
  }

  #object(type: Body, plain: Readonly<Record<string, unknown>>, at: string): object {
    const rules = rulesOf(type);
    this.#names(Object.keys(plain), rules, at);
    const instance: Record<string, unknown> = Object.assign(new type());
    for (const field of rules.values()) {
      if (field.name in plain) {
        const given = plain[field.name];
        instance[field.name] = Object.is(field.type, Number) ? numberOf(given) : given;
      }
      const value = instance[field.name]; // what is left out may have a default
      if (!field.applies(instance, value)) continue;
      const broken = field.broken(instance, value);
      if (broken.length > 0) this.#found(ownFaults(field.name, this.#pointer(field.name, at), value, broken));
      if (field.nested && value !== undefined)
        instance[field.name] = this.#nested(field, value, this.#pointer(field.name, at));
    }
    return instance;
  }

  /** `{"toString":…}`: no field of ours is called so, and as a property it would hide a method others rely on. */
  #names(names: readonly string[], rules: ReadonlyMap<string, FieldRules>, at: string): void {
    const hiding = names.filter((name) => name in Object.prototype);
    if (hiding.length > 0) throw refused(hiding.map((name) => unknownField(name, this.#pointer(name, at))));
    if (names.length > MOST_FIELDS) throw tooMany(at, `There are at most ${MOST_FIELDS} fields here.`);
    const unknown = names.filter((name) => !rules.has(name));
    if (unknown.length > 0) this.#found(unknown.map((name) => unknownField(name, this.#pointer(name, at))));
  }

  #nested({ name, type }: FieldRules, value: unknown, at: string): unknown {
    if (!Array.isArray(value)) return this.#one(name, type, value, at);
    if (value.length > MOST_ITEMS) throw tooMany(at, `There are at most ${MOST_ITEMS} of these.`);
    return value.map((item: unknown, index) => this.#one(name, type, item, this.#pointer(String(index), at)));
  }

  #one(name: string, type: Body | undefined, value: unknown, pointer: string): unknown {
    if (type && isPlainObject(value)) return this.#object(type, value, pointer);
    this.#found([{ pointer, code: 'wrong_type', detail: `${name} must be an object, or a list of them.` }]);
    return value;
  }

  #found(faults: readonly FieldFault[]): void {
    this.#faults.push(...faults);
    if (this.#faults.length >= MOST_FAULTS) throw refused(this.#faults);
  }

  /** A JSON pointer into a body; a parameter's name in a query. */
  #pointer(name: string, parent: string): string {
    return this.#kind === 'query' ? name : `${parent}/${pointerPart(name)}`;
  }
}

function isBody(metatype: ArgumentMetadata['metatype']): metatype is Body {
  return (
    metatype !== undefined &&
    ![String, Number, Boolean, Array, Object, Buffer].some((one) => one === metatype)
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

function numberOf(value: unknown): unknown {
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
}

function refused(faults: readonly FieldFault[]): Refusal {
  const told = faults.slice(0, MOST_FAULTS);
  const first = told[0];
  const rest = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new Refusal('validation_failed', first ? `${first.detail}${rest}` : 'The request is not valid.', {
    faults: told,
  });
}

function tooMany(pointer: string, detail: string): Refusal {
  return refused([{ pointer, code: 'too_long', detail }]);
}

function unknownField(name: string, pointer: string): FieldFault {
  return { pointer, code: 'unknown_field', detail: `${name} is not a field of this request.` };
}

/**
 * Everything a value is at fault for; but of one that is missing only that, and of one of the wrong kind only this: that it
 * is no text, has the wrong length and the wrong format says one thing three times.
 */
function ownFaults(
  field: string,
  pointer: string,
  value: unknown,
  broken: readonly BrokenRule[],
): readonly FieldFault[] {
  const faults = broken.map(({ name, detail }) => ({
    pointer,
    code: CODES[name] ?? snakeCase(name),
    detail: `${detail}.`,
  }));
  if (value === undefined && faults.some(({ code }) => KINDS_AND_FORMS.has(code)))
    return [{ pointer, code: 'required', detail: `${field} is required.` }];
  const wrongKind = faults.find(({ code }) => code === 'wrong_type');
  return wrongKind ? [wrongKind] : faults;
}

function snakeCase(name: string): string {
  return name
    .replace(/^is(?=[A-Z])/, '')
    .replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`);
}
