/** When something was, as a reader in a place and language says it. */
export interface Calendar {
  readonly locale: string | undefined;
  readonly timeZone: string | undefined;
}

/** Where the browser says that it is. */
export const HERE: Calendar = { locale: undefined, timeZone: undefined };

const DAY_MS = 86_400_000;

export function dayOf(at: string | number, { timeZone }: Calendar): string {
  return format('sv-SE', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(
    new Date(at),
  );
}

export function timeOf(at: string, { locale, timeZone }: Calendar): string {
  return format(locale, { timeZone, hour: '2-digit', minute: '2-digit' }).format(new Date(at));
}

/** The whole of it, for who asks. */
export function momentOf(at: string, { locale, timeZone }: Calendar): string {
  return format(locale, { timeZone, dateStyle: 'full', timeStyle: 'short' }).format(new Date(at));
}

export function dayInWords(at: string, now: number, here: Calendar): string {
  const day = dayOf(at, here);
  if (day === dayOf(now, here)) return 'Today';
  if (day === dayOf(now - DAY_MS, here)) return 'Yesterday';
  const isRecent = now - Date.parse(at) < 300 * DAY_MS;
  const year = isRecent ? {} : { year: 'numeric' as const };
  const { locale, timeZone } = here;
  return format(locale, { timeZone, weekday: 'long', day: 'numeric', month: 'long', ...year }).format(
    new Date(at),
  );
}

/** Short, for lists: the time of today, the day of others. */
export function shortly(at: string, now: number, here: Calendar): string {
  if (dayOf(at, here) === dayOf(now, here)) return timeOf(at, here);
  if (dayOf(at, here) === dayOf(now - DAY_MS, here)) return 'Yesterday';
  const { locale, timeZone } = here;
  return format(locale, { timeZone, day: 'numeric', month: 'short' }).format(new Date(at));
}

export function lastSeen(at: string, now: number, here: Calendar): string {
  const minutes = Math.floor((now - Date.parse(at)) / 60_000);
  if (minutes < 1) return 'last seen just now';
  if (minutes < 60) return `last seen ${minutes} min ago`;
  const day = dayInWords(at, now, here).replace(/^(Today|Yesterday)$/, (word) => word.toLowerCase());
  return `last seen ${day} at ${timeOf(at, here)}`;
}

/** What `<input type="datetime-local">` holds for a moment, where the browser is. */
export function fieldOf(at: number): string {
  const moment = new Date(at);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = [moment.getFullYear(), two(moment.getMonth() + 1), two(moment.getDate())].join('-');
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}`;
}

/** The other way round: ISO 8601; undefined of what is no moment. */
export function instantOf(field: string): string | undefined {
  const at = Date.parse(field);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
}

/** At this hour, so many days from now, where the browser is. */
export function hourOn(now: number, days: number, hour: number): number {
  const moment = new Date(now);
  return new Date(moment.getFullYear(), moment.getMonth(), moment.getDate() + days, hour).getTime();
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Making one costs more than using it a thousand times. */
function format(locale: string | undefined, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([locale, options]);
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, known);
  return known;
}
