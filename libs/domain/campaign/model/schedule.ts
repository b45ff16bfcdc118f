import type { Instant } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';

/** When a campaign starts: at an instant, or at a wall-clock time in each recipient's own zone. */
export type Schedule =
  | { readonly kind: 'at'; readonly at: Instant }
  /** `2026-03-29T09:00:00`, read in every recipient's time zone. */
  | { readonly kind: 'recipient'; readonly wallTime: string };

/** The zone of a recipient who has none, or one that we don't know. */
export const DEFAULT_ZONE = 'UTC';
const HOUR_MS = 3_600_000;
/** UTC+14 (Kiritimati): no clock on Earth shows a wall time earlier. */
const EARLIEST_OFFSET_MS = 14 * HOUR_MS;
/** UTC-12 (Baker Island) shows it last, unless clocks skip it and it moves on. */
const LATEST_OFFSET_MS = -13 * HOUR_MS;

const WALL_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/;
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
  return future({ kind: 'at', at }, at, now);
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

/** An IANA name (in whatever case), not a bare offset: those have no rules for summer. */
export function isZone(timezone: string): boolean {
  return formatOf(timezone) !== undefined;
}

/** The first instant at which clocks in the zone show the wall time, or would have if they had not skipped it. */
export function instantIn(wallTime: string, timezone: string): Instant {
  const wall = wallMs(wallTime) ?? NaN;
  // Offsets before and after any change near that time; the wall time belongs to whichever of them shows it.
  const before = offsetAt(wall - 86_400_000, timezone);
  const after = offsetAt(wall + 86_400_000, timezone);
  const shown = [wall - before, wall - after].filter((at) => at + offsetAt(at, timezone) === wall);
  // Skipped: with the offset from before the gap, the clock shows the time moved on by the gap.
  return shown.length > 0 ? Math.min(...shown) : wall - before;
}

function firstStart(wallTime: string): Instant {
  return (wallMs(wallTime) ?? NaN) - EARLIEST_OFFSET_MS;
}

/** A zone's rules take a tenth of a millisecond to look up and some kilobytes to keep; there are some 600 names. */
const MOST_KNOWN_ZONES = 1000;
/** The longest name there is has 32 characters: America/Argentina/ComodRivadavia. */
const LONGEST_ZONE = 64;
const knownZones = new Map<string, Intl.DateTimeFormat>();

function formatOf(timezone: string): Intl.DateTimeFormat | undefined {
  const name = timezone.slice(0, LONGEST_ZONE + 1).toLowerCase();
  const known = knownZones.get(name);
  if (known) return known;
  const format = makeFormat(name);
  if (format && knownZones.size < MOST_KNOWN_ZONES) knownZones.set(name, format);
  return format;
}

function makeFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!/^[a-z]/.test(timeZone) || timeZone.length > LONGEST_ZONE) return undefined;
  try {
    const part = 'numeric';
    const parts = { year: part, month: part, day: part, hour: part, minute: part, second: part } as const;
    return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...parts });
  } catch {
    return undefined;
  }
}

/** Milliseconds by which the zone's clocks are ahead of UTC at an instant. */
function offsetAt(at: Instant, timezone: string): number {
  const parts = formatOf(timezone)?.formatToParts(at) ?? [];
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return (
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) -
    Math.floor(at / 1000) * 1000
  );
}

/** The wall time as if it were UTC; undefined if no calendar or clock shows it (February 30, 25:00). */
function wallMs(wallTime: string): number | undefined {
  const match = WALL_TIME.exec(wallTime);
  if (!match || !validParts(wallTime)) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((text) => Number(text ?? 0));
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second || 0);
}

function validParts(text: string): boolean {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text
    .split(/[-T:.Z+]/, 6)
    .map(Number);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return (
    month >= 1 && month <= 12 && day >= 1 && day <= lastDay && hour < 24 && minute < 60 && !(second >= 60)
  );
}

function future(schedule: Schedule, at: Instant, now: Instant): Schedule {
  if (at < now) throw invalid('That time is past.', '/scheduleAt');
  return schedule;
}

function invalid(detail: string, pointer: string): Refusal {
  return new Refusal('invalid_schedule', detail, { faults: [{ pointer, code: 'invalid_schedule', detail }] });
}
