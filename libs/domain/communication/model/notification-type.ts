import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { isForbiddenName } from '#domain/templating/model/template-draft.js';
import type { Lane } from '#domain/delivery/model/dispatch.js';

/** How the channels of a route are used: one after the other until one confirms, or all at once. */
export type FallbackRule =
  | {
      readonly mode: 'fallback';
      /** Milliseconds a leg has to be confirmed; without it only a failure leads to the next. */
      readonly timeoutMs?: number;
    }
  | { readonly mode: 'all' };

/** Template ids by BCP 47 locale; `default` is used where none fits. */
export type LocalisedTemplates = Readonly<Record<string, string>>;

export interface NotificationType {
  readonly workspaceId: WorkspaceId;
  /** `mfa_code`: unique in its workspace. */
  readonly type: string;
  readonly description?: string;
  /** Preferences may be given for all types of a category at once. */
  readonly category: string;
  readonly lane: Lane;
  readonly mandatory: boolean;
  /** In the order in which they are tried unless the recipient prefers another. */
  readonly channels: readonly string[];
  readonly fallback: FallbackRule;
  /** By channel; each of `channels` has one. */
  readonly templates: Readonly<Record<string, LocalisedTemplates>>;
  /** Paths that a notification's data must have: `code`, `order.total`. */
  readonly requiredData: readonly string[];
  /** The sender of its e-mails, `Name <address>`. */
  readonly from?: string;
  /** Where it was copied from, for one that nobody wrote here. */
  readonly origin?: string;
  readonly revision: number;
  readonly createdAt: Instant;
  readonly updatedAt: Instant;
}

/** What somebody may say of a type. */
export type TypeDraft = Omit<
  NotificationType,
  'workspaceId' | 'origin' | 'revision' | 'createdAt' | 'updatedAt' | 'templates' | 'category'
> & {
  readonly category?: string;
  readonly templates: Readonly<Record<string, string | LocalisedTemplates>>;
};

/** Of a type, and of a category of types. */
export function isTypeName(text: string): boolean {
  return /^[a-z][a-z0-9_.-]{0,63}$/.test(text);
}

const DATA_PATH = /^[\p{L}_][\p{L}\p{N}_-]*(\.[\p{L}_][\p{L}\p{N}_-]*)*$/u;
/** A confirmation that takes longer than a day is none; one in under a second can't have come back. */
const SHORTEST_TIMEOUT_MS = 1_000;
const LONGEST_TIMEOUT_MS = 86_400_000;

/**
 * The type a draft describes, with every fault of it named at once.
 * @param channels those of this deployment
 * @throws Refusal `validation_failed`
 */
export function readType(
  draft: TypeDraft,
  channels: ReadonlySet<string>,
): Omit<NotificationType, 'workspaceId' | 'revision' | 'createdAt' | 'updatedAt'> {
  const faults: FieldFault[] = [];
  const refuse = (pointer: string, detail: string): void => {
    faults.push({ pointer, code: 'validation_failed', detail });
  };
  if (!isTypeName(draft.type)) refuse('/type', 'A type is named by a-z, 0-9, _ . and -, at most 64.');
  const category = draft.category ?? 'general';
  if (!isTypeName(category)) refuse('/category', 'A category is named like a type.');
  if (draft.channels.length === 0) refuse('/channels', 'A type has at least one channel.');
  draft.channels.forEach((name, i) => {
    if (!channels.has(name)) refuse(`/channels/${i}`, 'Not a channel there is.');
    else if (draft.channels.indexOf(name) !== i) refuse(`/channels/${i}`, 'A channel stands here once.');
  });
  const templates = Object.fromEntries(
    Object.entries(draft.templates).map(([name, given]) => [name, localised(given, name, refuse)]),
  );
  for (const name of draft.channels) {
    if (!Object.hasOwn(templates, name)) refuse(`/templates/${name}`, `The channel ${name} has no template.`);
  }
  for (const name of Object.keys(templates)) {
    if (!draft.channels.includes(name)) refuse(`/templates/${name}`, 'Not among the channels of this type.');
  }
  draft.requiredData.forEach((path, i) => {
    if (path.length > 200 || !DATA_PATH.test(path) || path.split('.').some(isForbiddenName))
      refuse(`/requiredData/${i}`, 'Not the name of a variable.');
  });
  checkFallback(draft.fallback, refuse);
  if (faults.length > 0)
    throw new Refusal('validation_failed', 'This is not a notification type.', { faults });
  return { ...draft, category, templates };
}

function localised(
  given: string | LocalisedTemplates,
  channel: string,
  refuse: (pointer: string, detail: string) => void,
): LocalisedTemplates {
  if (typeof given === 'string') return { default: given };
  const entries = Object.entries(given).map(([locale, id]): [string, string] => {
    if (locale === 'default') return [locale, id];
    try {
      return [Intl.getCanonicalLocales(locale)[0] ?? locale, id];
    } catch {
      refuse(`/templates/${channel}/${locale.slice(0, 64)}`, 'Not a BCP 47 language tag.');
      return [locale, id];
    }
  });
  if (!entries.some(([locale]) => locale === 'default'))
    refuse(`/templates/${channel}`, 'One of the templates is the default.');
  return Object.fromEntries(entries);
}

function checkFallback(rule: FallbackRule, refuse: (pointer: string, detail: string) => void): void {
  if (rule.mode !== 'fallback' || rule.timeoutMs === undefined) return;
  if (rule.timeoutMs < SHORTEST_TIMEOUT_MS || rule.timeoutMs > LONGEST_TIMEOUT_MS) {
    const detail = `A timeout is ${SHORTEST_TIMEOUT_MS} to ${LONGEST_TIMEOUT_MS} ms.`;
    refuse('/fallback/timeoutMs', detail);
  }
}

/** The template for a locale, by RFC 4647 lookup: `de-AT`, then `de`, then the default. */
export function templateFor(templates: LocalisedTemplates, locale: string | undefined): string | undefined {
  for (let range = locale ?? ''; range !== ''; range = range.slice(0, Math.max(0, range.lastIndexOf('-')))) {
    const id = Object.hasOwn(templates, range) ? templates[range] : undefined;
    if (id !== undefined) return id;
  }
  return templates['default'];
}

/** The required paths that the data lacks. @returns faults pointing into `/data` */
export function missingData(
  required: readonly string[],
  data: Readonly<Record<string, unknown>>,
): FieldFault[] {
  return required
    .filter((path) => valueAt(data, path) === undefined)
    .map((path) => ({
      pointer: `/data/${path.replaceAll('.', '/')}`,
      code: 'missing_variable',
      detail: `This type requires ${path}.`,
    }));
}

function valueAt(data: unknown, path: string): unknown {
  let at = data;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at ?? undefined;
}
