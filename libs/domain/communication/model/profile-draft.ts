import { type FieldFault, Refusal } from '#domain/kernel/refusal.js';
import { isZone } from '#domain/kernel/time-zones.js';
import { parseUserId } from '#domain/kernel/user-id.js';
import { isTypeName } from './notification-type.js';
import type { Preferences, Profile } from './profile.js';
import { isTimeOfDay, type QuietHours } from './quiet-hours.js';

type Maybe<T> = T | null | undefined;

/** What somebody may say of a user. What is left out or null is not known of them. */
export interface ProfileDraft {
  readonly email?: Maybe<string>;
  readonly phone?: Maybe<string>;
  readonly whatsapp?: Maybe<string>;
  /** By kind, those of channels that no field above is for. */
  readonly addresses?: Maybe<Readonly<Record<string, unknown>>>;
  readonly locale?: Maybe<string>;
  readonly timezone?: Maybe<string>;
  readonly quietHours?: Maybe<QuietHours>;
}

/** Lists of channels; from strangers, so of no type yet. */
export interface PreferencesDraft {
  readonly channels?: unknown;
  readonly types?: unknown;
  readonly categories?: unknown;
}

/** How the addresses of each kind are brought into their normal form; undefined for a text that is none. */
export type AddressKinds = ReadonlyMap<string, (text: string) => string | undefined>;

/** What a draft says of a profile; the rest of it is there already or begins empty. */
export type ProfileFacts = Pick<Profile, 'addresses' | 'locale' | 'timezone' | 'quietHours'>;

/** Entries in one map or list of theirs: there are not as many types that a person tells apart. */
export const MOST_ENTRIES = 200;
/** Faults told at once: a map of a thousand wrong names is not answered with a thousand lines. */
const MOST_FAULTS = 50;
const KINDS_WITH_A_FIELD = ['email', 'phone', 'whatsapp'] as const;

/** @throws Refusal `validation_failed` */
export function readUserId(text: string): string {
  if (parseUserId(text) !== undefined) return text;
  const faults = new Faults();
  faults.add('userId', 'wrong_format', 'A user id has 1 to 128 characters of A-Z, a-z, 0-9, . _ : @ and -.');
  throw faults.refusal('This cannot be the id of a user.');
}

/** @throws Refusal `invalid_address` if nothing but addresses is at fault, else `validation_failed` */
export function readProfile(draft: ProfileDraft, kinds: AddressKinds): ProfileFacts {
  const faults = new Faults();
  const { timezone, quietHours } = draft;
  const addresses = readAddresses(draft, kinds, faults);
  const locale = draft.locale == null ? undefined : canonicalLocale(draft.locale);
  if (draft.locale != null && locale === undefined)
    faults.add('/locale', 'wrong_format', 'Not a BCP 47 language tag.');
  if (timezone != null && !isZone(timezone))
    faults.add('/timezone', 'wrong_format', 'Not the IANA name of a time zone.');
  for (const end of ['from', 'to'] as const) {
    if (quietHours != null && !isTimeOfDay(quietHours[end]))
      faults.add(`/quietHours/${end}`, 'wrong_format', 'A time of day is written 00:00 to 23:59.');
  }
  faults.check('This is not the profile of a user.');
  return {
    addresses,
    ...(locale !== undefined && { locale }),
    ...(timezone != null && { timezone }),
    ...(quietHours != null && { quietHours: { from: quietHours.from, to: quietHours.to } }),
  };
}

function readAddresses(draft: ProfileDraft, kinds: AddressKinds, faults: Faults): Record<string, string> {
  const found: [string, string][] = [];
  const read = (kind: string, given: unknown, pointer: string): void => {
    if (given == null) return;
    const normalise = kinds.get(kind);
    if (!normalise) return faults.add(pointer, 'not_allowed', 'No channel takes addresses of this kind.');
    if (typeof given !== 'string') return faults.add(pointer, 'wrong_type', 'An address is a text.');
    const address = normalise(given);
    // The words do not repeat it: it may be somebody's address, only not of this kind.
    if (address === undefined)
      return faults.add(pointer, 'invalid_address', `Not an address of the kind ${kind}.`);
    found.push([kind, address]);
  };
  for (const kind of KINDS_WITH_A_FIELD) read(kind, draft[kind], `/${kind}`);
  for (const [kind, given] of faults.entriesAt('/addresses', draft.addresses)) {
    const pointer = `/addresses/${pointerPart(kind)}`;
    if (KINDS_WITH_A_FIELD.some((one) => one === kind))
      faults.add(pointer, 'not_allowed', `It stands in the field ${kind}.`);
    else read(kind, given, pointer);
  }
  return Object.fromEntries(found);
}

function canonicalLocale(tag: string): string | undefined {
  try {
    return Intl.getCanonicalLocales(tag)[0];
  } catch {
    return undefined; // a RangeError: not a language tag
  }
}

/**
 * Everything a user wants, in place of what they wanted before.
 * @param channels those of this deployment
 * @throws Refusal `validation_failed`
 */
export function readPreferences(draft: PreferencesDraft, channels: ReadonlySet<string>): Preferences {
  const faults = new Faults();
  const mapAt = (pointer: string, given: unknown): Record<string, readonly string[]> =>
    Object.fromEntries(
      faults.entriesAt(pointer, given).map(([name, list]) => {
        const at = `${pointer}/${pointerPart(name)}`;
        if (!isTypeName(name))
          faults.add(at, 'wrong_format', 'Types and categories are named by a-z, 0-9, _ . and -.');
        return [name, readChannels(list, channels, at, faults)];
      }),
    );
  const everything = draft.channels == null ? undefined : draft.channels;
  const preferences: Preferences = {
    types: mapAt('/types', draft.types),
    categories: mapAt('/categories', draft.categories),
    ...(everything !== undefined && { channels: readChannels(everything, channels, '/channels', faults) }),
  };
  faults.check('These are not the preferences of a user.');
  return preferences;
}

function readChannels(
  given: unknown,
  channels: ReadonlySet<string>,
  pointer: string,
  faults: Faults,
): string[] {
  if (!Array.isArray(given)) {
    faults.add(pointer, 'wrong_type', 'A list of channels is needed; an empty one stands for none.');
    return [];
  }
  if (given.length > MOST_ENTRIES) {
    faults.add(pointer, 'too_long', `There are at most ${MOST_ENTRIES} of these.`);
    return [];
  }
  const names = new Set<string>();
  given.forEach((name: unknown, i) => {
    if (typeof name !== 'string' || !channels.has(name))
      faults.add(`${pointer}/${i}`, 'not_allowed', 'Not a channel there is.');
    else if (names.has(name)) faults.add(`${pointer}/${i}`, 'duplicate', 'A channel stands here once.');
    else names.add(name);
  });
  return [...names];
}

class Faults {
  readonly #faults: FieldFault[] = [];

  add(pointer: string, code: string, detail: string): void {
    if (this.#faults.length < MOST_FAULTS) this.#faults.push({ pointer, code, detail });
  }

  /** Of a map that strangers fill in; none of one that is not there. */
  entriesAt(pointer: string, given: unknown): [string, unknown][] {
    if (given == null) return [];
    if (typeof given !== 'object' || Array.isArray(given)) {
      this.add(pointer, 'wrong_type', 'An object is needed.');
      return [];
    }
    const entries = Object.entries(given);
    if (entries.length <= MOST_ENTRIES) return entries;
    this.add(pointer, 'too_long', `There are at most ${MOST_ENTRIES} of these.`);
    return [];
  }

  check(words: string): void {
    if (this.#faults.length > 0) throw this.refusal(words);
  }

  refusal(words: string): Refusal {
    const addressesOnly = this.#faults.every(({ code }) => code === 'invalid_address');
    return new Refusal(addressesOnly ? 'invalid_address' : 'validation_failed', words, {
      faults: this.#faults,
    });
  }
}

/** One part of a JSON pointer, RFC 6901; of a name that nobody has bounded only its beginning. */
function pointerPart(name: string): string {
  return name.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1');
}
