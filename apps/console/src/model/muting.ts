import { type Calendar, dayInWords, dayOf, timeOf } from './when.js';

/** As good as for ever. */
export const FOR_EVER = '9999-12-31T00:00:00Z';

const HOUR_MS = 3_600_000;

/** How long somebody may want no calls for attention. */
export const MUTE_CHOICES = [
  { words: 'For an hour', ms: HOUR_MS },
  { words: 'For eight hours', ms: 8 * HOUR_MS },
  { words: 'For a week', ms: 7 * 24 * HOUR_MS },
  { words: 'Until I turn it on again', ms: undefined },
] as const;

export function isMute({ mutedUntil }: { readonly mutedUntil?: string | null }, now: number): boolean {
  return mutedUntil != null && Date.parse(mutedUntil) > now;
}

export function muteInWords(mutedUntil: string, now: number, here: Calendar): string {
  if (Date.parse(mutedUntil) - now > 10 * 365 * 24 * HOUR_MS) return 'until you turn it on again';
  return `until ${momentInWords(mutedUntil, now, here)}`;
}

/** `today at 09:00`, `Monday 4 May at 09:00` */
export function momentInWords(at: string, now: number, here: Calendar): string {
  const day = dayOf(at, here) === dayOf(now + 24 * HOUR_MS, here) ? 'tomorrow' : dayInWords(at, now, here);
  return `${day.replace(/^(Today|Yesterday)$/, (word) => word.toLowerCase())} at ${timeOf(at, here)}`;
}
