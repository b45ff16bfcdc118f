import type { Instant } from './brand.js';

const WALL_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2}))?$/;

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
export function offsetAt(at: Instant, timezone: string): number {
  const parts = formatOf(timezone)?.formatToParts(at) ?? [];
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value ?? 0);
  return (
    Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second')) -
    Math.floor(at / 1000) * 1000
  );
}

/** The wall time as if it were UTC; undefined if no calendar or clock shows it (February 30, 25:00). */
export function wallMs(wallTime: string): number | undefined {
  const match = WALL_TIME.exec(wallTime);
  if (!match || !validParts(wallTime)) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((text) => Number(text ?? 0));
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second || 0);
}

/** Whether a calendar and a clock show the numbers a time is written with. */
export function validParts(text: string): boolean {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text
    .split(/[-T:.Z+]/, 6)
    .map(Number);
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return (
    month >= 1 && month <= 12 && day >= 1 && day <= lastDay && hour < 24 && minute < 60 && !(second >= 60)
  );
}
