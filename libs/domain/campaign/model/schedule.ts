import type { Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { instantIn, isZone, validParts, wallMs } from '#domain/kernel/time-zones.js';

/** When a campaign starts: at an instant, or at a wall-clock time in each recipient's own zone. */
export type Schedule =
  /** `timezone`: whose clocks were to show it, if that was said. */
  | { readonly kind: 'at'; readonly at: Instant; readonly timezone?: string }
  /** `2026-03-29T09:00:00`, read in every recipient's time zone. */
  | { readonly kind: 'recipient'; readonly wallTime: string };

/** The zone of a recipient who has none, or one that we don't know. */
const DEFAULT_ZONE = 'UTC';
const HOUR_MS = 3_600_000;
/** UTC+14 (Kiritimati): no clock on Earth shows a wall time earlier. */
const EARLIEST_OFFSET_MS = 14 * HOUR_MS;
/** UTC-12 (Baker Island) shows it last, unless clocks skip it and it moves on. */
const LATEST_OFFSET_MS = -13 * HOUR_MS;

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads `scheduleAt` and `timezone` of a request.
 * - `2026-05-01T09:00:00Z` or with an offset: that instant; a time zone beside it is refused.
 * - `2026-05-01T09:00` with an IANA zone: when its clocks show that. A time that they skip (the hour lost in spring) moves
 *   on by as much as was skipped, a time that they show twice is the first.
 * - the same with `recipient`: in each recipient's own zone, by the same rule. It must not be past anywhere on Earth: nobody
 *   is to get the mail late because their day begins early.
 * @throws Refusal `invalid_schedule`
 */
export function readSchedule(scheduleAt: string, timezone: string | undefined, now: Instant): Schedule {
  if (INSTANT.test(scheduleAt)) {
    const at = validParts(scheduleAt) ? Date.parse(scheduleAt) : NaN;
    if (Number.isNaN(at)) throw invalid(`${scheduleAt} is not a time.`, '/scheduleAt');
    if (timezone !== undefined)
      throw invalid('A time with an offset takes no time zone beside it.', '/timezone');
    return future({ kind: 'at', at }, at, now);
  }
  if (wallMs(scheduleAt) === undefined)
    throw invalid('Write 2026-05-01T09:00:00 with a timezone, or an instant ending in Z.', '/scheduleAt');
  if (timezone === undefined)
    throw invalid('A local time needs a timezone: an IANA name, or "recipient".', '/timezone');
  if (timezone === 'recipient') {
    if (firstStart(scheduleAt) < now)
      throw invalid('That time is past already in the easternmost time zones (UTC+14).', '/scheduleAt');
    return { kind: 'recipient', wallTime: scheduleAt };
  }
  if (!isZone(timezone)) throw invalid(`${timezone.slice(0, 64)} is not an IANA time zone.`, '/timezone');
  const at = instantIn(scheduleAt, timezone);
  return future({ kind: 'at', at, timezone }, at, now);
}

/** When the campaign's own work begins: for recipients' zones, as soon as the earliest of them shows the time. */
export function startOf(schedule: Schedule): Instant {
  return schedule.kind === 'at' ? schedule.at : firstStart(schedule.wallTime);
}

/** Nobody's message is due later than this. */
export function lastDueOf(schedule: Schedule): Instant {
  return schedule.kind === 'at' ? schedule.at : (wallMs(schedule.wallTime) ?? NaN) - LATEST_OFFSET_MS;
}

/** When one recipient's message is due: never before {@link startOf}. */
export function dueFor(schedule: Schedule, timezone: string | undefined): Instant {
  if (schedule.kind === 'at') return schedule.at;
  return instantIn(schedule.wallTime, timezone !== undefined && isZone(timezone) ? timezone : DEFAULT_ZONE);
}

function firstStart(wallTime: string): Instant {
  return (wallMs(wallTime) ?? NaN) - EARLIEST_OFFSET_MS;
}

function future(schedule: Schedule, at: Instant, now: Instant): Schedule {
  if (at < now) throw invalid('That time is past.', '/scheduleAt');
  return schedule;
}

function invalid(detail: string, pointer: string): Refusal {
  return new Refusal('invalid_schedule', detail, { faults: [{ pointer, code: 'invalid_schedule', detail }] });
}
