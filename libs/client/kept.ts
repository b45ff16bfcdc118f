import { idOf, type Place, type Unsent } from './core/state.js';

const AT = 'at:';
const OUT = 'out:';
/** Of their own: a client of before passes over what it does not know. */
const CHANGE = 'change:';

/** What a client finds in its store. */
export interface Kept {
  readonly places: ReadonlyMap<string, Place>;
  readonly outbox: readonly Unsent[];
}

export const placeKey = (conversationId: string): string => AT + conversationId;

export const unsentKey = (unsent: Unsent): string => (unsent.message ? OUT : CHANGE) + idOf(unsent);

export function keptIn(entries: ReadonlyMap<string, string>): Kept {
  const places = new Map<string, Place>();
  const outbox: Unsent[] = [];
  for (const [key, value] of entries) {
    if (key.startsWith(AT)) places.set(key.slice(AT.length), JSON.parse(value) as Place);
    if (key.startsWith(OUT) || key.startsWith(CHANGE))
      outbox.push({ ...(JSON.parse(value) as Unsent), kept: true });
  }
  return { places, outbox };
}
