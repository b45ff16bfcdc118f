import { Refusal } from '#domain/kernel/refusal.js';
import type { NotificationType } from './notification-type.js';
import { preferenceFor, type Preferences } from './profile.js';
import { MOST_ENTRIES } from './profile-draft.js';

/** What a recipient can be asked about a type. */
export type ChoosableType = Pick<NotificationType, 'type' | 'category' | 'channels' | 'mandatory'>;

/** Somebody ticked a channel of a type, or took the tick away. */
export interface Choice {
  readonly type: string;
  readonly channel: string;
  readonly wanted: boolean;
}

/** The channels on which somebody gets a type, in the order in which they want them. */
export function channelsWanted(preferences: Preferences, type: ChoosableType): readonly string[] {
  const said = preferenceFor(preferences, type)?.channels;
  return said?.filter((channel) => type.channels.includes(channel)) ?? type.channels;
}

/**
 * The preferences after choices of single channels. What is not chosen stays as it was said elsewhere, order included; so a
 * page that was opened long ago takes back nothing of what was said since. A mandatory type is no matter of choice.
 * @throws Refusal `validation_failed` if they would be more than anybody can say
 */
export function afterChoices(
  preferences: Preferences,
  types: readonly ChoosableType[],
  choices: readonly Choice[],
): Preferences {
  let after = preferences;
  for (const type of types) {
    const chosen = choices.filter(
      (choice) => choice.type === type.type && type.channels.includes(choice.channel),
    );
    if (type.mandatory || chosen.length === 0) continue;
    const before = channelsWanted(after, type);
    const wanted = (channel: string): boolean =>
      chosen.findLast((choice) => choice.channel === channel)?.wanted ?? before.includes(channel);
    const more = type.channels.filter((channel) => !before.includes(channel));
    const channels = [...before, ...more].filter(wanted);
    if (!isSame(channels, before)) after = withType(after, type, channels);
  }
  if (Object.keys(after.types).length > MOST_ENTRIES)
    throw new Refusal('validation_failed', `There are wishes for at most ${MOST_ENTRIES} types.`);
  return after;
}

/** Nothing of a category, whatever comes to be of it later included; or all of it. */
export function afterCategory(
  preferences: Preferences,
  types: readonly ChoosableType[],
  category: string,
  wanted: boolean,
): Preferences {
  const concerned = types.filter((type) => type.category === category && !type.mandatory);
  const cleared: Preferences = {
    ...preferences,
    types: without(preferences.types, ...concerned.map(({ type }) => type)),
    categories: without(preferences.categories, category),
  };
  if (!wanted) return { ...cleared, categories: { ...cleared.categories, [category]: [] } };
  const isAll = concerned.every((type) => channelsWanted(cleared, type).length === type.channels.length);
  if (isAll) return cleared;
  const all = [...(cleared.channels ?? []), ...concerned.flatMap(({ channels }) => channels)];
  return { ...cleared, categories: { ...cleared.categories, [category]: [...new Set(all)] } };
}

/** Says nothing that follows from what is said of the category or of everything. */
function withType(preferences: Preferences, type: ChoosableType, channels: readonly string[]): Preferences {
  const unsaid = { ...preferences, types: without(preferences.types, type.type) };
  if (isSame(channelsWanted(unsaid, type), channels)) return unsaid;
  return { ...preferences, types: { ...preferences.types, [type.type]: channels } };
}

function without<T>(entries: Readonly<Record<string, T>>, ...names: readonly string[]): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).filter(([name]) => !names.includes(name)));
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}
