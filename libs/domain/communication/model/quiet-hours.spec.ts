import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { quietUntil } from './quiet-hours.js';

const at = (text: string) => Date.parse(text);
const end = (hours: { from: string; to: string }, zone: string, now: string) => {
  const until = quietUntil(hours, zone, at(now));
  return until === undefined ? undefined : new Date(until).toISOString();
};
const night = { from: '22:00', to: '07:00' };

describe('quiet hours', () => {
  it.each([
    ['in the evening', '2026-01-31T21:30:00Z', '2026-02-01T06:00:00.000Z'],
    ['at their first minute', '2026-01-31T21:00:00Z', '2026-02-01T06:00:00.000Z'],
    ['after midnight', '2026-02-01T00:30:00Z', '2026-02-01T06:00:00.000Z'],
    ['in their last minute', '2026-02-01T05:59:59Z', '2026-02-01T06:00:00.000Z'],
    ['when they are over', '2026-02-01T06:00:00Z', undefined],
    ['in the afternoon', '2026-02-01T15:00:00Z', undefined],
  ])('over midnight in Berlin, %s', (_, now, until) => expect(end(night, 'Europe/Berlin', now)).toBe(until));

  it('may lie within a day', () => {
    const nap = { from: '13:00', to: '15:00' };
    expect(end(nap, 'UTC', '2026-02-01T14:00:00Z')).toBe('2026-02-01T15:00:00.000Z');
    expect(end(nap, 'UTC', '2026-02-01T12:59:00Z')).toBeUndefined();
  });

  it('end as much later as the clock skips, and the first time it shows their end twice', () => {
    const untilHalfPastTwo = { from: '22:00', to: '02:30' };
    expect(end(untilHalfPastTwo, 'Europe/Berlin', '2026-03-29T00:30:00Z')).toBe('2026-03-29T01:30:00.000Z');
    expect(end(untilHalfPastTwo, 'Europe/Berlin', '2026-10-24T22:00:00Z')).toBe('2026-10-25T00:30:00.000Z');
    // 02:10 is shown a second time, when their end has been before.
    expect(end(untilHalfPastTwo, 'Europe/Berlin', '2026-10-25T01:10:00Z')).toBeUndefined();
  });

  it('are none if they begin when they end', () => {
    expect(end({ from: '09:00', to: '09:00' }, 'UTC', '2026-02-01T09:00:00Z')).toBeUndefined();
  });

  it('always end later than now, within a day or the hour that a clock skips', () => {
    const time = fc
      .tuple(fc.nat(23), fc.nat(59))
      .map(([h, m]) => `${String(h).padStart(2, '0')}:${String(m).padStart(2, '0')}`);
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kathmandu',
      'Pacific/Apia',
    );
    const now = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-01-01T00:00:00Z') });
    fc.assert(
      fc.property(time, time, zone, now, (from, to, timezone, moment) => {
        const until = quietUntil({ from, to }, timezone, moment);
        if (until === undefined) return;
        expect(until).toBeGreaterThan(moment);
        expect(until - moment).toBeLessThanOrEqual(26 * 3_600_000);
      }),
    );
  });
});
