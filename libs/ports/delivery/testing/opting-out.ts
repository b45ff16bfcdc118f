import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import { acme, aDispatch, aRecipient, aSuppression, recipients, rival, START } from './delivery-stores.js';
import { aReport, everySuppression, report, type ReportStores } from './reporting.js';
import { accepted, deliverAll } from './worker.js';

const NUMBER = '+4915112345678';
const permanent = true;

/** What bounces, complaints, STOP and START do to the suppression lists. */
export function describeOptOuts(stores: () => ReportStores, runs: number): void {
  const reasons = async (workspaceId = acme) =>
    (await everySuppression(stores(), workspaceId)).map(
      ({ address, scope, reason }) => `${address} ${scope} ${reason}`,
    );
  const sent = async (address = 'r0@example.com', workspaceId = acme) => {
    const dispatch = await aDispatch().inWorkspace(workspaceId).openedIn(stores());
    await deliverAll(stores(), dispatch, [aRecipient(address)], accepted);
    return dispatch;
  };
  let lastKey = 0;
  /** Without a delivery, as somebody writes to our number. */
  const wish = (kind: 'opted_out' | 'opted_in', change: Partial<ProviderEvent> = {}): ProviderEvent => {
    lastKey += 1;
    return { key: `wish-${lastKey}`, provider: 'twilio', kind, at: START, address: NUMBER, ...change };
  };

  describe('a bounce for good and a complaint', () => {
    it('suppress the address for everything', async () => {
      const dispatch = await aDispatch().openedIn(stores());
      await deliverAll(stores(), dispatch, recipients(4), accepted);
      await report(
        stores(),
        [
          aReport(dispatch, 0, 'bounced', { permanent }),
          aReport(dispatch, 1, 'complained'),
          aReport(dispatch, 2, 'bounced', { permanent: false }),
          aReport(dispatch, 3, 'failed'),
        ],
        START + 4,
      );
      expect((await reasons()).sort()).toEqual([
        'r0@example.com all hard_bounce',
        'r1@example.com all complaint',
      ]);
      expect((await everySuppression(stores())).map(({ at }) => at)).toEqual([START + 4, START + 4]);
    });

    it('leave what stands there, unless it is an opt-out, which can be taken back', async () => {
      const mail = await sent();
      await stores().suppressions.add(aSuppression('r0@example.com', { reason: 'manual' }));
      await report(stores(), aReport(mail, 0, 'complained'));
      const text = await sent(NUMBER);
      await report(stores(), [wish('opted_out'), aReport(text, 0, 'bounced', { permanent })]);
      await report(stores(), wish('opted_in', { at: START + 1 }));
      expect((await reasons()).sort()).toEqual([`${NUMBER} all hard_bounce`, 'r0@example.com all manual']);
    });
  });

  describe('an opt-out', () => {
    it('that names a delivery is for its workspace and its address', async () => {
      const dispatch = await sent();
      await sent('r0@example.com', rival);
      await report(stores(), aReport(dispatch, 0, 'opted_out', { provider: 'sendgrid', address: 'x@y.io' }));
      expect(await reasons()).toEqual(['r0@example.com marketing opt_out']);
      expect(await reasons(rival)).toEqual([]);
    });

    it('that was sent to our number is for everybody who sends from it', async () => {
      await sent('a@example.com');
      await sent('b@example.com', rival);
      expect(await report(stores(), wish('opted_out'))).toMatchObject({ applied: 1 });
      expect(await reasons()).toEqual([`${NUMBER} all opt_out`]);
      expect(await reasons(rival)).toEqual([`${NUMBER} all opt_out`]);
      expect(await report(stores(), wish('opted_in', { at: START + 1 }))).toMatchObject({ applied: 1 });
      expect([await reasons(), await reasons(rival)]).toEqual([[], []]);
    });

    it('on WhatsApp speaks of marketing, and is not taken back by a START by SMS', async () => {
      await sent(NUMBER);
      await report(stores(), [
        wish('opted_out', { provider: 'whatsapp' }),
        wish('opted_in', { at: START + 1 }),
      ]);
      expect(await reasons()).toEqual([`${NUMBER} marketing opt_out`]);
    });

    it('is nothing to us by e-mail without a mail of ours, or without an address', async () => {
      await sent();
      const stray = wish('opted_out', { provider: 'sendgrid', address: 'r0@example.com' });
      const { address: _, ...nobody } = wish('opted_out');
      expect(await report(stores(), [stray, nobody])).toMatchObject({ unmatched: 2 });
      expect(await reasons()).toEqual([]);
    });

    it('told again after it was taken back changes nothing', async () => {
      await sent(NUMBER);
      const stop = wish('opted_out');
      await report(stores(), [stop, wish('opted_in', { at: START + 1 })]);
      expect(await report(stores(), stop)).toMatchObject({ repeated: 1 });
      expect(await reasons()).toEqual([]);
    });

    it('and its taking back end in what was said last, in whatever order they are told', async () => {
      const wishes = fc.array(fc.record({ out: fc.boolean(), at: fc.integer({ min: 0, max: 9 }) }), {
        minLength: 1,
        maxLength: 6,
      });
      let number = 0;
      const dispatch = await sent();
      expect(dispatch.workspaceId).toBe(acme);
      await fc.assert(
        fc.asyncProperty(wishes, async (said) => {
          number += 1;
          const address = `+1555${String(number).padStart(7, '0')}`;
          const last = Math.max(...said.map(({ at }) => at));
          const out = said.some((one) => one.out && one.at === last);
          for (const one of said)
            await report(stores(), wish(one.out ? 'opted_out' : 'opted_in', { at: START + one.at, address }));
          const page = await stores().suppressions.page(acme, address, { limit: 10, after: undefined });
          expect(page.data.map(({ reason }) => reason)).toEqual(out ? ['opt_out'] : []);
        }),
        { numRuns: runs },
      );
    });
  });

  describe('an opt-in', () => {
    it('lifts an opt-out and no other suppression', async () => {
      await sent(NUMBER);
      await stores().suppressions.add(aSuppression(NUMBER, { reason: 'manual' }));
      await report(stores(), [wish('opted_out'), wish('opted_in', { at: START + 1 })]);
      expect(await reasons()).toEqual([`${NUMBER} all manual`]);
    });
  });
}
