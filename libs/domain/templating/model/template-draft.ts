import { type FieldFault, Refusal, type RefusalCode } from '#domain/kernel/refusal.js';
import type { TemplateChannel } from './template-channel.js';
import type { TemplateContent, TemplateVariable } from './template.js';

/** A template as somebody hands it in: nothing about it is believed yet. */
export interface TemplateDraft {
  readonly subject?: unknown;
  readonly html?: unknown;
  readonly text?: unknown;
  readonly variables?: unknown;
}

/** A draft whose parts are of the right kinds and sizes. */
export type DraftedContent = Omit<TemplateContent, 'variables'> & {
  readonly variables: readonly TemplateVariable[] | undefined;
};

/** UTF-16 units. Gmail cuts a mail off at 102 KB; five times that is somebody's mistake or somebody's attack. */
const SOURCE_LIMIT = 512 * 1024;
const SUBJECT_LIMIT = 2_000;
const NAME_LIMIT = 200;
const VARIABLES_LIMIT = 200;
const VARIABLES_JSON_LIMIT = 64 * 1024;
const VARIABLE_NAME_LIMIT = 200;

/** Names that lead out of the data and into the machinery of the language. */
const FORBIDDEN_NAMES = new Set([
  '__proto__',
  'constructor',
  'prototype',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
]);
/** Made by the platform for every recipient. */
const PLATFORM_VARIABLES: ReadonlySet<string> = new Set(['unsubscribeUrl', 'preferencesUrl', 'assetsUrl']);
const VARIABLE_NAME = /^[\p{L}_][\p{L}\p{N}_-]*(\.[\p{L}_][\p{L}\p{N}_-]*)*$/u;
const CONTROL = /[\u0000-\u001f\u007f]/;

export function isForbiddenName(name: string): boolean {
  return FORBIDDEN_NAMES.has(name);
}

/**
 * The content a draft holds, if its parts are of the right kinds and sizes, and such as its channel has. What the
 * expressions in them may say is for the engine to decide that knows their language.
 * @param channel without it, a part is right that any channel has
 * @throws Refusal `template_must_be_string` | `template_too_large` | `validation_failed`
 */
export function readDraft(draft: TemplateDraft, channel?: TemplateChannel): DraftedContent {
  const faults: FieldFault[] = [];
  const subject = part(draft.subject, 'subject', SUBJECT_LIMIT, faults);
  const html = part(draft.html, 'html', SOURCE_LIMIT, faults);
  const text = part(draft.text, 'text', SOURCE_LIMIT, faults);
  if (faults.length === 0) faults.push(...faultsOfParts({ subject, html, text }, channel));
  const variables = declaredVariables(draft.variables, faults);
  refuseIfAny(faults);
  return {
    ...(subject !== undefined && { subject }),
    ...(html !== undefined && { html }),
    ...(text !== undefined && { text }),
    variables,
  };
}

/**
 * A draft that lists no variables has those it uses, none of them required: then a template of two lines needs no
 * list, and what it asks for can still be seen. What the platform fills in is nobody's to list.
 * @param known of the version before: what was said of a variable that is still used holds on. Somebody who mends a word
 *   and sends the words alone has not said that a mail may go out without its order number.
 */
export function completeContent(
  draft: DraftedContent,
  used: readonly string[],
  channel?: TemplateChannel,
  known: readonly TemplateVariable[] = [],
): TemplateContent {
  // A text message is not addressed by an e-mail address: there `email` is data like any other.
  const addressed = (channel?.addressKind ?? 'email') === 'email';
  const kept = known.filter(({ name }) => used.some((one) => isWithin(one, name) || isWithin(name, one)));
  const inferred = used
    .filter((name) => !PLATFORM_VARIABLES.has(name) && !(addressed && name === 'email'))
    .filter((name) => !kept.some((one) => isWithin(name, one.name) || isWithin(one.name, name)))
    .map((name): TemplateVariable => ({ name, required: false }));
  return { ...draft, variables: draft.variables ?? [...kept, ...inferred].slice(0, VARIABLES_LIMIT) };
}

/** `order.number` is within `order`, and within itself. */
function isWithin(name: string, other: string): boolean {
  return name === other || name.startsWith(`${other}.`);
}

/** @throws Refusal `validation_failed` */
export function templateName(name: unknown): string {
  const trimmed = typeof name === 'string' ? name.trim() : '';
  if (trimmed === '' || trimmed.length > NAME_LIMIT || CONTROL.test(trimmed)) {
    const detail = `A name is one line of 1 to ${NAME_LIMIT} characters.`;
    refuseIfAny([fault('/name', 'validation_failed', detail)]);
  }
  return trimmed;
}

/**
 * The canonical form of a BCP 47 language tag.
 * @throws Refusal `validation_failed`
 */
export function templateLocale(locale: unknown): string {
  try {
    const [canonical] = Intl.getCanonicalLocales(typeof locale === 'string' ? locale : '-');
    if (canonical !== undefined) return canonical;
  } catch {
    // a RangeError: not a language tag
  }
  throw new Refusal('validation_failed', 'A locale is a BCP 47 language tag, such as en or pt-BR.', {
    faults: [fault('/locale', 'validation_failed', 'Not a BCP 47 language tag.')],
  });
}

interface Parts {
  readonly subject: string | undefined;
  readonly html: string | undefined;
  readonly text: string | undefined;
}

function faultsOfParts({ subject, html, text }: Parts, channel: TemplateChannel | undefined): FieldFault[] {
  const wrong = (pointer: string, detail: string) => fault(pointer, 'validation_failed', detail);
  if (!channel || channel.template.html) {
    if (html !== undefined || text !== undefined) return [];
    return [wrong('/html', 'A template has html, or text, or both.')];
  }
  const faults: FieldFault[] = [];
  if (html !== undefined) faults.push(wrong('/html', `A template for ${channel.name} has no html.`));
  if ((text ?? '').trim() === '') faults.push(wrong('/text', `A template for ${channel.name} has text.`));
  if (subject !== undefined && channel.template.subject === 'none')
    faults.push(wrong('/subject', `A template for ${channel.name} has no subject.`));
  return faults;
}

function part(value: unknown, name: string, limit: number, faults: FieldFault[]): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') {
    // Handlebars takes an object for a template already parsed, and turns whatever it says into code.
    faults.push(
      fault(`/${name}`, 'template_must_be_string', `${name} is source text, not a ${typeof value}.`),
    );
    return undefined;
  }
  if (value.length > limit) {
    faults.push(fault(`/${name}`, 'template_too_large', `${name} has at most ${limit} characters.`));
  }
  return value;
}

function declaredVariables(value: unknown, faults: FieldFault[]): readonly TemplateVariable[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (!Array.isArray(value) || value.length > VARIABLES_LIMIT) {
    faults.push(
      fault('/variables', 'validation_failed', `variables is a list of at most ${VARIABLES_LIMIT}.`),
    );
    return undefined;
  }
  const names = new Set<string>();
  const variables = value.map((one: unknown, index) =>
    declaredVariable(one, `/variables/${index}`, names, faults),
  );
  if (JSON.stringify(variables).length > VARIABLES_JSON_LIMIT) {
    faults.push(fault('/variables', 'template_too_large', 'The examples are too large.'));
  }
  return variables;
}

function declaredVariable(
  value: unknown,
  pointer: string,
  names: Set<string>,
  faults: FieldFault[],
): TemplateVariable {
  const one = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  const { name, required = false, example } = one;
  const known = typeof name === 'string' ? name : '';
  const refuse = (at: string, detail: string): void => {
    faults.push(fault(`${pointer}${at}`, 'validation_failed', detail));
  };
  if (!isVariableName(known))
    refuse('/name', 'A variable is named by letters, digits, _ and -, parts joined by dots.');
  else if (names.has(known)) refuse('/name', `${known} is listed twice.`);
  if (typeof required !== 'boolean') refuse('/required', 'required is true or false.');
  names.add(known);
  return { name: known, required: required === true, ...(example !== undefined && { example }) };
}

function isVariableName(name: string): boolean {
  if (name.length > VARIABLE_NAME_LIMIT || !VARIABLE_NAME.test(name)) return false;
  return !name.split('.').some(isForbiddenName);
}

function fault(pointer: string, code: RefusalCode, detail: string): FieldFault & { code: RefusalCode } {
  return { pointer, code, detail };
}

function refuseIfAny(faults: readonly FieldFault[]): void {
  const [first] = faults;
  if (first) throw new Refusal(first.code as RefusalCode, first.detail, { faults });
}
