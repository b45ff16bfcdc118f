import type { Instant } from '#domain/kernel/brand.js';
import { instantIn, offsetAt } from '#domain/kernel/time-zones.js';

/** A daily span of wall-clock time, `22:00` to `07:00`. It may span midnight; equal ends are no span at all. */
export interface QuietHours {
  readonly from: string;
  readonly to: string;
}

const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
const DAY_MS = 86_400_000;

export function isTimeOfDay(text: string): boolean {
  return TIME.test(text);
}

/**
 * When the quiet hours end in which `now` lies; undefined if it lies in none. A clock that skips the end (the hour lost in
 * spring) ends them as much later as it skipped; one that shows the end twice ends them the first time.
 */
export function quietUntil({ from, to }: QuietHours, timezone: string, now: Instant): Instant | undefined {
  const wall = new Date(now + offsetAt(now, timezone));
  const shown = wall.toISOString().slice(11, 16);
  const within = from <= to ? from <= shown && shown < to : shown >= from || shown < to;
  if (!within) return undefined;
  const endsTomorrow = shown >= to;
  const day = new Date(wall.getTime() + (endsTomorrow ? DAY_MS : 0)).toISOString().slice(0, 10);
  const end = instantIn(`${day}T${to}`, timezone);
  // The end is shown twice today and we are between the two: for this person they are over.
  return end > now ? end : undefined;
}
