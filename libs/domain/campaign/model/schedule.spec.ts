import { describe, expect, it, jest } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { instantIn, isZone } from '#domain/kernel/time-zones.js';
import { dueFor, lastDueOf, readSchedule, type Schedule, startOf } from './schedule.js';

const NOW = Date.UTC(2026, 0, 31, 13, 5);
const iso = (at: number): string => new Date(at).toISOString().replace('.000', '');
const zones = Intl.supportedValuesOf('timeZone');

/** What clocks in a zone show at an instant, `2026-03-29T03:30:00`. */
function shownIn(zone: string, at: number): string {
  const day = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'medium' });
  return day.format(at).replace(' ', 'T');
}

describe('A wall-clock time', () => {
  it.each([
    ['Europe/Berlin', '2026-01-15T09:00', '2026-01-15T08:00:00Z', 'winter'],
    ['Europe/Berlin', '2026-07-15T09:00:30', '2026-07-15T07:00:30Z', 'summer'],
    ['Europe/Berlin', '2026-03-29T01:59', '2026-03-29T00:59:00Z', 'the minute before the gap'],
    ['Europe/Berlin', '2026-03-29T02:00', '2026-03-29T01:00:00Z', 'the first moment of the gap: 03:00'],
    ['Europe/Berlin', '2026-03-29T02:30', '2026-03-29T01:30:00Z', 'in the gap: 03:30'],
    ['Europe/Berlin', '2026-03-29T03:00', '2026-03-29T01:00:00Z', 'the end of the gap'],
    [
      'Europe/Berlin',
      '2026-10-25T01:59',
      '2026-10-24T23:59:00Z',
      'the minute before the hour that comes twice',
    ],
    ['Europe/Berlin', '2026-10-25T02:30', '2026-10-25T00:30:00Z', 'twice: the first'],
    ['Europe/Berlin', '2026-10-25T03:00', '2026-10-25T02:00:00Z', 'after the hour that comes twice'],
    ['America/New_York', '2026-03-08T02:30', '2026-03-08T07:30:00Z', 'in the gap: 03:30 EDT'],
    ['America/New_York', '2026-11-01T01:30', '2026-11-01T05:30:00Z', 'twice: the first, EDT'],
    ['America/New_York', '2026-12-24T18:00', '2026-12-24T23:00:00Z', 'winter'],
    ['Asia/Kolkata', '2026-05-01T09:00', '2026-05-01T03:30:00Z', 'half an hour'],
    ['Asia/Kathmandu', '2026-05-01T09:00', '2026-05-01T03:15:00Z', 'a quarter of an hour'],
    ['Pacific/Kiritimati', '2026-05-01T09:00', '2026-04-30T19:00:00Z', 'the first on Earth'],
    ['Etc/GMT+12', '2026-05-01T09:00', '2026-05-01T21:00:00Z', 'the last on Earth'],
    ['Australia/Lord_Howe', '2026-10-04T02:15', '2026-10-03T15:45:00Z', 'in a gap of half an hour: 02:45'],
    [
      'Australia/Lord_Howe',
      '2026-04-05T01:45',
      '2026-04-04T14:45:00Z',
      'half an hour that comes twice: the first',
    ],
    [
      'Africa/Casablanca',
      '2026-02-15T02:30',
      '2026-02-15T01:30:00Z',
      'clocks going back for Ramadan: the first',
    ],
    ['UTC', '2026-05-01T09:00', '2026-05-01T09:00:00Z', 'no rules at all'],
    ['europe/berlin', '2026-07-15T09:00', '2026-07-15T07:00:00Z', 'a name in small letters'],
    ['US/Eastern', '2026-07-15T09:00', '2026-07-15T13:00:00Z', 'an old name'],
  ])('in %s, %s, is %s (%s)', (zone, wallTime, instant) => {
    expect(iso(instantIn(wallTime, zone))).toBe(instant);
  });

  it('is shown by the clocks of its zone, in every zone and at every time, unless they skip it', () => {
    const minutes = fc.integer({ min: 0, max: 3 * 365 * 24 * 60 });
    fc.assert(
      fc.property(fc.constantFrom(...zones), minutes, (zone, minute) => {
        const wall = Date.UTC(2026, 0, 1) + minute * 60_000;
        const wallTime = new Date(wall).toISOString().slice(0, 16);
        const at = instantIn(wallTime, zone);
        const shown = shownIn(zone, at);
        if (shown === `${wallTime}:00`) {
          // The first that shows it.
          for (const earlier of [30, 60, 120]) expect(shownIn(zone, at - earlier * 60_000)).not.toBe(shown);
          return;
        }
        // Skipped: a minute before, clocks showed an earlier time, and what they show now is as much later as was skipped.
        const skipped = Date.parse(`${shown}Z`) - wall;
        expect(skipped).toBeGreaterThan(0);
        expect(skipped).toBeLessThanOrEqual(2 * 3_600_000);
        expect(Date.parse(`${shownIn(zone, at - skipped)}Z`)).toBeLessThan(wall);
      }),
      { numRuns: 500 },
    );
  });
});

describe('A schedule', () => {
  it.each([
    ['2026-05-01T09:00:00Z', '2026-05-01T09:00:00Z'],
    ['2026-05-01T09:00Z', '2026-05-01T09:00:00Z'],
    ['2026-05-01T09:00:00.000Z', '2026-05-01T09:00:00Z'],
    ['2026-05-01T09:00:00+02:00', '2026-05-01T07:00:00Z'],
    ['2026-05-01T09:00-05:30', '2026-05-01T14:30:00Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00Z'],
  ])('at %s is that instant', (scheduleAt, instant) => {
    expect(readSchedule(scheduleAt, undefined, NOW)).toEqual({ kind: 'at', at: Date.parse(instant) });
  });

  it('for this very moment is not past', () => {
    expect(readSchedule(iso(NOW), undefined, NOW)).toEqual({ kind: 'at', at: NOW });
  });

  it('in a zone begins when its clocks show the time', () => {
    expect(readSchedule('2026-03-29T02:30', 'Europe/Berlin', NOW)).toEqual({
      kind: 'at',
      at: Date.parse('2026-03-29T01:30:00Z'),
      timezone: 'Europe/Berlin',
    });
  });

  it.each<[string, string, string | undefined, string]>([
    ['an hour that no clock shows', '2026-05-01T25:00', 'Europe/Berlin', '/scheduleAt'],
    ['24:00', '2026-05-01T24:00', 'Europe/Berlin', '/scheduleAt'],
    ['24:00Z', '2026-05-01T24:00:00Z', undefined, '/scheduleAt'],
    ['a minute that no clock shows', '2026-05-01T09:60', 'Europe/Berlin', '/scheduleAt'],
    ['a leap second', '2026-06-30T23:59:60Z', undefined, '/scheduleAt'],
    ['a day that no calendar shows', '2026-02-30T09:00', 'Europe/Berlin', '/scheduleAt'],
    ['the same as an instant', '2026-02-30T09:00:00Z', undefined, '/scheduleAt'],
    ['29 February of a common year', '2027-02-29T09:00:00Z', undefined, '/scheduleAt'],
    ['month 13', '2026-13-01T09:00:00Z', undefined, '/scheduleAt'],
    ['month 0', '2026-00-01T09:00', 'UTC', '/scheduleAt'],
    ['an offset that no zone has', '2026-05-01T09:00:00+99:99', undefined, '/scheduleAt'],
    ['a date alone', '2026-05-01', 'Europe/Berlin', '/scheduleAt'],
    ['words', 'tomorrow', 'Europe/Berlin', '/scheduleAt'],
    ['a number', '1777626000', undefined, '/scheduleAt'],
    ['two lines', '2026-05-01T09:00\n', 'Europe/Berlin', '/scheduleAt'],
    ['digits of another script', '٢٠٢٦-05-01T09:00', 'Europe/Berlin', '/scheduleAt'],
    ['nothing', '', undefined, '/scheduleAt'],
    ['the past', '2026-01-31T13:04:59Z', undefined, '/scheduleAt'],
    ['the past of a zone', '2026-01-31T14:04', 'Europe/Berlin', '/scheduleAt'],
    ['a time that is past for some recipients', '2026-02-01T03:04', 'recipient', '/scheduleAt'],
    ['a local time of nowhere', '2026-05-01T09:00', undefined, '/timezone'],
    ['an unknown zone', '2026-05-01T09:00', 'Mars/Olympus', '/timezone'],
    ['an offset for a zone', '2026-05-01T09:00', '+02:00', '/timezone'],
    ['an empty zone', '2026-05-01T09:00', '', '/timezone'],
    ['a property of every object for a zone', '2026-05-01T09:00', '__proto__', '/timezone'],
    ['a zone beside an offset', '2026-05-01T09:00:00+02:00', 'Europe/Berlin', '/timezone'],
    ['recipients’ zones beside an instant', '2026-05-01T09:00:00Z', 'recipient', '/timezone'],
  ])('of %s is refused', (_, scheduleAt, timezone, pointer) => {
    let refusal: unknown;
    try {
      readSchedule(scheduleAt, timezone, NOW);
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      code: 'invalid_schedule',
      faults: [{ pointer, code: 'invalid_schedule' }],
    });
  });

  it('that goes on for ever is refused before anybody reads it through', () => {
    // Processor time, because others may be using the machine; read character by character by any of them it would be 16 times.
    const cost = (length: number): number => {
      const before = process.cpuUsage();
      for (const part of ['2', '2026-05-01T', '-', '+02:00', 'Europe/']) {
        const text = part.repeat(length / part.length);
        expect(() => readSchedule(text, undefined, NOW)).toThrow(Refusal);
        expect(() => readSchedule('2026-05-01T09:00', text, NOW)).toThrow(Refusal);
      }
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    expect(cost(400_000)).toBeLessThan(8 * cost(100_000) + 200);
  });
});

describe('A schedule in recipients’ own zones', () => {
  const nine = readSchedule('2026-05-01T09:00', 'recipient', NOW);

  it('begins when the first clocks on Earth show the time', () => {
    expect(nine).toEqual({ kind: 'recipient', wallTime: '2026-05-01T09:00' });
    expect(iso(startOf(nine))).toBe('2026-04-30T19:00:00Z');
  });

  it('may begin this very moment', () => {
    expect(startOf(readSchedule('2026-02-01T03:05', 'recipient', NOW))).toBe(NOW);
  });

  it.each([
    ['Asia/Tokyo', '2026-05-01T00:00:00Z'],
    ['America/Los_Angeles', '2026-05-01T16:00:00Z'],
    [undefined, '2026-05-01T09:00:00Z'],
    ['Mars/Olympus', '2026-05-01T09:00:00Z'],
    ['+23:00', '2026-05-01T09:00:00Z'],
  ])('reaches somebody in %s at %s', (zone, due) => {
    expect(iso(dueFor(nine, zone))).toBe(due);
  });

  it('reaches nobody before it begins nor after its last hour, wherever they are and whenever that is', () => {
    const at = fc.date({ min: new Date(NOW), max: new Date(Date.UTC(2030, 0, 1)), noInvalidDate: true });
    fc.assert(
      fc.property(at, fc.constantFrom(...zones, 'Etc/GMT+12', 'Etc/GMT-14'), (date, zone) => {
        const schedule: Schedule = { kind: 'recipient', wallTime: date.toISOString().slice(0, 16) };
        expect(dueFor(schedule, zone)).toBeGreaterThanOrEqual(startOf(schedule));
        expect(dueFor(schedule, zone)).toBeLessThanOrEqual(lastDueOf(schedule));
      }),
      { numRuns: 500 },
    );
  });

  it('asks what the rules of a zone are once, not for every recipient', () => {
    const rules = jest.spyOn(Intl, 'DateTimeFormat');
    const few = ['Asia/Ulaanbaatar', 'Asia/Thimphu', 'Pacific/Fakaofo'];
    try {
      for (let i = 0; i < 3_000; i++) dueFor(nine, few[i % few.length]);
      expect(rules.mock.calls.length).toBeLessThanOrEqual(few.length);
    } finally {
      rules.mockRestore();
    }
  });

  it('at an instant is that instant for everybody', () => {
    const schedule: Schedule = { kind: 'at', at: NOW };
    expect([startOf(schedule), dueFor(schedule, 'Asia/Tokyo'), lastDueOf(schedule)]).toEqual([NOW, NOW, NOW]);
  });
});

describe('A time zone', () => {
  it.each(['Europe/Berlin', 'UTC', 'Etc/GMT+12', 'america/new_york', 'Asia/Calcutta'])(
    'may be called %s',
    (name) => {
      expect(isZone(name)).toBe(true);
    },
  );

  it.each(['', 'Europe', 'Europe/Berlin ', '+01:00', '-0800', 'GMT+2', 'recipient', 'constructor'])(
    'is not called %j',
    (name) => {
      expect(isZone(name)).toBe(false);
    },
  );
});
