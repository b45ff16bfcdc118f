import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { limitsAt, usedUp } from './quota.js';

const acme = 'wsp_acme' as WorkspaceId;
const both = { everyone: { perDay: 10, perMonth: 100 }, workspaces: {} };
const NOW = Date.UTC(2026, 0, 31, 13);

describe('a quota', () => {
  it('counts days and months of UTC', () => {
    expect(limitsAt(both, acme, NOW)).toEqual([
      {
        period: 'day',
        key: 'd2026-01-31',
        most: 10,
        beginsAt: Date.UTC(2026, 0, 31),
        endsAt: Date.UTC(2026, 1, 1),
      },
      { period: 'month', key: 'm2026-01', most: 100, beginsAt: Date.UTC(2026, 0), endsAt: Date.UTC(2026, 1) },
    ]);
  });

  it('is that of the workspace itself, even if it has none there', () => {
    const workspaces = { wsp_acme: { perDay: 3 }, wsp_free: {} };
    expect(limitsAt({ ...both, workspaces }, acme, NOW).map(({ most }) => most)).toEqual([3]);
    expect(limitsAt({ ...both, workspaces }, 'wsp_free' as WorkspaceId, NOW)).toEqual([]);
    expect(limitsAt({ ...both, workspaces }, 'constructor' as WorkspaceId, NOW)).toHaveLength(2);
  });

  it('is always of the period that it is now, and the periods sort by time', () => {
    const instants = fc.date({ min: new Date(0), max: new Date(Date.UTC(2100, 0)), noInvalidDate: true });
    fc.assert(
      fc.property(instants, instants, (one, other) => {
        const [early = 0, late = 0] = [one.getTime(), other.getTime()].sort((a, b) => a - b);
        limitsAt(both, acme, early).forEach(({ beginsAt, endsAt, key }, i) => {
          expect(beginsAt <= early && early < endsAt).toBe(true);
          const later = limitsAt(both, acme, late)[i];
          expect(later?.key === key).toBe(late < endsAt);
          expect((later?.key ?? '') >= key).toBe(true);
        });
      }),
    );
  });

  it('is used up until the last of those that are used up is over', () => {
    const [day, month] = limitsAt(both, acme, NOW).map((limit) => ({ ...limit, used: limit.most }));
    expect(
      usedUp([
        { ...day!, used: 9 },
        { ...month!, used: 99 },
      ]),
    ).toBeUndefined();
    expect(usedUp([day!, { ...month!, used: 99 }])?.period).toBe('day');
    expect(usedUp([{ ...day!, endsAt: 5 }, month!])?.period).toBe('month');
  });
});
