import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { MOST_FAULTS, pointerPart } from './json-text.js';

/** class-validator's names in ours. What is not in here is its name in snake case. */
const CODES: Readonly<Record<string, string>> = {
  whitelistValidation: 'unknown_field',
  isDefined: 'required',
  isNotEmpty: 'required',
  isString: 'wrong_type',
  isInt: 'wrong_type',
  isNumber: 'wrong_type',
  isBoolean: 'wrong_type',
  isArray: 'wrong_type',
  isObject: 'wrong_type',
  nestedValidation: 'wrong_type',
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

/** Objects in one list. class-validator takes 20 µs for each. */
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
    if ((type !== 'body' && type !== 'query') || !isDto(metatype)) return value;
    const plain = type === 'query' ? { ...(value as object) } : value;
    if (!isPlainObject(plain)) {
      throw refused([{ pointer: '', code: 'wrong_type', detail: 'The body must be a JSON object.' }]);
    }
    const dto = instanceOf(metatype, plain, type, '', []);
    const errors = validateSync(dto, {
      whitelist: true,
      forbidNonWhitelisted: true,
      forbidUnknownValues: true,
      // Looked at for what is missing, and never told.
      validationError: { target: true, value: false },
    });
    if (errors.length > 0) throw refused(faultsOf(errors, type));
    return dto;
  }
}

type Constructor = new () => object;

/**
 * A class's fields filled from plain data, by the `@Type` of each. class-transformer's own `plainToInstance` looks at every
 * key of every nested object too, in time quadratic in their number: 0.8 MB of them held the process for ten seconds.
 */
function instanceOf(
  type: Constructor,
  plain: Readonly<Record<string, unknown>>,
  kind: 'body' | 'query',
  at: string,
  unknown: FieldFault[],
): object {
  const names = Object.keys(plain);
  // `{"toString":…}`: no field of ours is called so, and as a property it would hide a method others rely on.
  const unknownNames = names.filter((name) => name in Object.prototype);
  if (unknownNames.length > 0) throw refused(unknownNames.map((name) => unknownField(name, kind, at)));
  if (names.length > MOST_FIELDS) throw tooMany(at, `There are at most ${MOST_FIELDS} fields here.`);
  const known = fieldsOf(type);
  for (const name of names) if (!known.has(name)) unknown.push(unknownField(name, kind, at));
  // No more would be told. class-validator would look at all the others too, for 50 µs each.
  if (unknown.length >= MOST_FAULTS) throw refused(unknown);
  const instance: Record<string, unknown> = Object.assign(new type());
  for (const name of names) {
    const field = defaultMetadataStorage.findTypeMetadata(type, name)?.typeFunction() as
      Constructor | undefined;
    const value = plain[name];
    instance[name] =
      field === undefined ? value : converted(field, value, kind, pointerOf(name, at, kind), unknown);
  }
  return instance;
}

const fields = new WeakMap<Constructor, ReadonlySet<string>>();

/** The names that a class has a rule for. */
function fieldsOf(type: Constructor): ReadonlySet<string> {
  const known = fields.get(type);
  if (known) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const names = new Set(rules.map(({ propertyName }) => propertyName));
  fields.set(type, names);
  return names;
}

function converted(
  type: Constructor,
  value: unknown,
  kind: 'body' | 'query',
  at: string,
  unknown: FieldFault[],
): unknown {
  if (Array.isArray(value)) {
    if (value.length > MOST_ITEMS) throw tooMany(at, `There are at most ${MOST_ITEMS} of these.`);
    return value.map((one: unknown, index) =>
      converted(type, one, kind, pointerOf(String(index), at, kind), unknown),
    );
  }
  if (Object.is(type, Number))
    return typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return isPlainObject(value) ? instanceOf(type, value, kind, at, unknown) : value;
}

function isDto(metatype: ArgumentMetadata['metatype']): metatype is new () => object {
  return (
    metatype !== undefined &&
    ![String, Number, Boolean, Array, Object, Buffer].some((one) => one === metatype)
  );
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !Buffer.isBuffer(value);
}

function refused(faults: FieldFault[]): Refusal {
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

function unknownField(name: string, type: 'body' | 'query', parent = ''): FieldFault {
  return {
    pointer: pointerOf(name, parent, type),
    code: 'unknown_field',
    detail: `${name} is not a field of this request.`,
  };
}

function faultsOf(errors: readonly ValidationError[], type: 'body' | 'query', parent = ''): FieldFault[] {
  return errors.flatMap((error) => {
    const pointer = pointerOf(error.property, parent, type);
    return [...ownFaults(error, pointer, type), ...faultsOf(error.children ?? [], type, pointer)];
  });
}

/**
 * Everything a value is at fault for; but of one that is missing only that, and of one of the wrong kind only this: that it
 * is no text, has the wrong length and the wrong format says one thing three times.
 */
function ownFaults(error: ValidationError, pointer: string, type: 'body' | 'query'): FieldFault[] {
  const { property, target, constraints = {} } = error;
  const faults = Object.entries(constraints).map(([name, message]): FieldFault => {
    if (name === 'whitelistValidation') return { ...unknownField(property, type), pointer };
    return { pointer, code: CODES[name] ?? snakeCase(name), detail: `${message}.` };
  });
  const unknown = 'whitelistValidation' in constraints;
  const missing = target !== undefined && Reflect.get(target, property) === undefined;
  if (missing && !unknown && faults.some(({ code }) => KINDS_AND_FORMS.has(code)))
    return [{ pointer, code: 'required', detail: `${property} is required.` }];
  const wrongKind = faults.find(({ code }) => code === 'wrong_type');
  return wrongKind ? [wrongKind] : faults;
}

/** A JSON pointer into a body; a parameter's name in a query. */
function pointerOf(name: string, parent: string, type: 'body' | 'query'): string {
  return type === 'query' ? name : `${parent}/${pointerPart(name)}`;
}

function snakeCase(name: string): string {
  return name
    .replace(/^is(?=[A-Z])/, '')
    .replace(/[A-Z]/g, (letter, at: number) => `${at === 0 ? '' : '_'}${letter.toLowerCase()}`);
}
