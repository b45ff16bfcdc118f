import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { FellowWorkers } from './fellow-workers.js';

export interface FellowWorkersUnderTest {
  /** Two processes' views of one register. */
  readonly one: FellowWorkers;
  readonly other: FellowWorkers;
  /** Lets at least this much of the register's time pass. */
  pass(ms: number): Promise<void>;
  close?(): Promise<void>;
}

/** Long enough for any machine. */
const LONG = 600_000;

export function describeFellowWorkersContract(
  name: string,
  make: () => FellowWorkersUnderTest | Promise<FellowWorkersUnderTest>,
): void {
  describe(`FellowWorkers: ${name}`, () => {
    let under: FellowWorkersUnderTest;
    beforeEach(async () => void (under = await make()));
    afterEach(() => under.close?.());
    const seen = async (fellow: string, forMs = LONG) =>
      (await under.other.hold(fellow, undefined, forMs)).map((one) => one.name).sort();

    it('shows each everyone who holds a lease, itself among them', async () => {
      expect((await under.one.hold('anna', undefined, LONG)).map((one) => one.name)).toEqual(['anna']);
      expect(await seen('ben')).toEqual(['anna', 'ben']);
      expect((await under.one.hold('anna', undefined, LONG)).map((one) => one.name).sort()).toEqual([
        'anna',
        'ben',
      ]);
    });

    it('knows since when a worker is there, whoever asks and however often its lease is renewed', async () => {
      const [first] = await under.one.hold('anna', undefined, LONG);
      expect(Number.isInteger(first?.since)).toBe(true);
      await under.pass(2);
      expect(await under.one.hold('anna', undefined, LONG)).toEqual([first]);
      expect(await under.other.hold('ben', undefined, LONG)).toContainEqual(first);
    });

    it('takes a worker’s own word for it when it has forgotten', async () => {
      const since = Date.UTC(2026, 0, 5, 7);
      expect(await under.one.hold('anna', since, LONG)).toEqual([{ name: 'anna', since }]);
      expect(await under.one.hold('anna', since + 1, LONG)).toEqual([{ name: 'anna', since: since + 1 }]);
      expect(await under.other.hold('ben', undefined, LONG)).toContainEqual({
        name: 'anna',
        since: since + 1,
      });
    });

    it('shows nobody whose lease has run out, though nobody has said so', async () => {
      await under.one.hold('anna', undefined, 20);
      await under.one.hold('cleo', undefined, LONG);
      await under.pass(20);
      expect(await seen('ben')).toEqual(['ben', 'cleo']);
    });

    it('renews a lease from the moment of asking, to more or to less', async () => {
      await under.one.hold('anna', undefined, 20);
      await under.one.hold('anna', undefined, LONG);
      await under.one.hold('cleo', undefined, LONG);
      await under.one.hold('cleo', undefined, 20);
      await under.pass(20);
      expect(await seen('ben')).toEqual(['anna', 'ben']);
    });

    it('keeps the lease of one when another comes with a shorter one', async () => {
      await under.one.hold('anna', undefined, LONG);
      await under.other.hold('cleo', undefined, 20);
      await under.pass(20);
      expect(await seen('ben')).toEqual(['anna', 'ben']);
    });

    it('shows nobody who has left, and lets them come again', async () => {
      await under.one.hold('anna', undefined, LONG);
      await under.one.leave('anna');
      await under.one.leave('anna');
      await under.one.leave('nobody');
      expect(await seen('ben')).toEqual(['ben']);
      await under.one.hold('anna', undefined, LONG);
      expect(await seen('ben')).toEqual(['anna', 'ben']);
    });
  });
}
