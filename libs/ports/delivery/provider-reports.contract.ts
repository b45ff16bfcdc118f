import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { type DeliveryStatus, deliveryId } from '#domain/delivery/model/delivery.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { ProviderEvent, ProviderEventKind } from '#domain/delivery/model/provider-event.js';
import type { Verdict } from '#domain/delivery/model/retry-policy.js';
import { describeOptOuts } from './testing/opting-out.js';
import { describeOvertaking } from './testing/overtaking.js';
import { acme, aDispatch, recipients, rival, START } from './testing/delivery-stores.js';
import {
  aReport,
  everySuppression,
  type OpenReportStores,
  report,
  type ReportStores,
  told,
} from './testing/reporting.js';
import {
  accepted,
  allAtOnce,
  countsOf,
  dead,
  deliverAll,
  deliveryAt,
  failed,
  statusesOf,
  takeUp,
  unavailable,
  unknown,
} from './testing/worker.js';

const permanent = true;

/** @param size of the heaviest cases: an emulator takes a thousand times as long for each step */
export function describeProviderReportsContract(
  name: string,
  open: OpenReportStores,
  { runs, many }: { readonly runs: number; readonly many: number } = { runs: 25, many: 500 },
): void {
  describe(`ProviderReports: ${name}`, () => {
    let its: ReportStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const sent = async (
      count = 1,
      verdict: Verdict = accepted,
      dispatch = aDispatch(),
    ): Promise<Dispatch> => {
      const opened = await dispatch.openedIn(its);
      await deliverAll(its, opened, count, verdict);
      return opened;
    };
    let lastDomain = 0;
    /** To addresses that nobody has complained about before. */
    const sentToOthers = async (verdict: Verdict): Promise<Dispatch> => {
      lastDomain += 1;
      const opened = await aDispatch().openedIn(its);
      await deliverAll(its, opened, recipients(2, { domain: `d${lastDomain}.example` }), verdict);
      return opened;
    };

    describe('a message that its provider has', () => {
      const outcomes: readonly (readonly [ProviderEventKind, Partial<ProviderEvent>, DeliveryStatus])[] = [
        ['sent', {}, 'accepted'],
        ['delayed', {}, 'accepted'],
        ['delivered', {}, 'delivered'],
        ['read', {}, 'delivered'],
        ['bounced', { permanent }, 'bounced'],
        ['bounced', { permanent: false }, 'bounced'],
        ['failed', {}, 'bounced'],
        ['complained', {}, 'complained'],
      ];
      it.each(outcomes)('%s %j: is %s, and is counted as that', async (kind, change, status) => {
        for (const verdict of [accepted, unknown]) {
          const dispatch = await sentToOthers(verdict);
          const before = await countsOf(its, dispatch);
          expect(await report(its, aReport(dispatch, 0, kind, change))).toEqual({
            applied: 1,
            repeated: 0,
            unmatched: 0,
          });
          expect(await statusesOf(its, dispatch, [0, 1])).toEqual([status, verdict.to]);
          expect(await countsOf(its, dispatch)).toEqual(moved(before, verdict.to, status));
        }
      });

      it('says why it came back, and no more why nothing was known', async () => {
        const dispatch = await sent(2, unknown);
        await report(its, aReport(dispatch, 0, 'bounced', { reason: '550 no such user' }), START + 9);
        await report(its, aReport(dispatch, 1, 'delivered', { reason: '250 OK' }), START + 9);
        const back = await deliveryAt(its, dispatch, 0);
        expect(back).toMatchObject({ reason: '550 no such user', updatedAt: START + 9 });
        expect(await deliveryAt(its, dispatch, 1)).not.toHaveProperty('reason');
      });

      it('is one of its provider’s, once it is known that the provider has it', async () => {
        const dispatch = await sent(2, unknown);
        await report(its, aReport(dispatch, 0, 'sent', { providerMessageId: 'ses-77' }));
        expect((await its.dispatches.stats(dispatch.id))?.byProvider).toEqual({ ses: 1 });
        expect(await deliveryAt(its, dispatch, 0)).toMatchObject({ providerMessageId: 'ses-77' });
        await report(its, aReport(dispatch, 0, 'delivered'));
        expect((await its.dispatches.stats(dispatch.id))?.byProvider).toEqual({ ses: 1 });
      });

      it('keeps the time at which it was accepted', async () => {
        const dispatch = await sent();
        await report(its, aReport(dispatch, 0, 'delivered'), START + 60_000);
        const { history } = await deliveryAt(its, dispatch, 0);
        expect(history.filter(({ outcome }) => outcome === 'accepted')).toEqual([
          { at: START, provider: 'ses', outcome: 'accepted' },
        ]);
      });

      it('is told of to the other contexts, each event once', async () => {
        const dispatch = await sent(3);
        const event = aReport(dispatch, 2, 'bounced', { permanent, reason: '550 gone', at: START - 5 });
        await report(its, [event, event, aReport(dispatch, 0, 'opened')]);
        const about = { type: 'delivery.reported', workspaceId: acme, dispatchId: dispatch.id };
        expect(await told(its)).toEqual([
          {
            ...about,
            ordinal: 2,
            address: 'r2@example.com',
            kind: 'bounced',
            permanent,
            status: 'bounced',
            at: START - 5,
            reason: '550 gone',
          },
          { ...about, ordinal: 0, address: 'r0@example.com', kind: 'opened', status: 'delivered', at: START },
        ]);
      });
    });

    describe('every other message', () => {
      it.each([failed, dead, unavailable(START + 60_000)])('stays as it is: $to', async (verdict) => {
        const dispatch = await sent(1, verdict);
        const before = await countsOf(its, dispatch);
        for (const kind of ['sent', 'delivered', 'bounced', 'complained'] as const)
          expect(await report(its, aReport(dispatch, 0, kind))).toMatchObject({ applied: 1 });
        expect(await statusesOf(its, dispatch, [0])).toEqual([verdict.to]);
        expect(await countsOf(its, dispatch)).toEqual(before);
      });

      it.each(['cancelled', 'expired'] as const)('stays as it is: %s', async (to) => {
        const dispatch = await aDispatch().openedIn(its);
        const { claim, ordinals } = await takeUp(its, dispatch, 1);
        await its.ledger.discard(claim, ordinals, to === 'cancelled' ? 'cancelled' : 'expired', to, START);
        await report(its, aReport(dispatch, 0, 'delivered'));
        expect(await statusesOf(its, dispatch, [0])).toEqual([to]);
        expect(await countsOf(its, dispatch)).toEqual({ [to]: 1 });
      });
    });

    describeOvertaking(() => its);

    describe('an event told again', () => {
      it('changes nothing, within a call and across calls', async () => {
        const dispatch = await sent(2);
        const event = aReport(dispatch, 0, 'complained');
        expect(await report(its, [event, event])).toEqual({ applied: 1, repeated: 1, unmatched: 0 });
        const suppressions = await everySuppression(its);
        await Promise.all(
          suppressions.map(({ workspaceId, id }) => its.suppressions.remove(workspaceId, id)),
        );
        const before = [await countsOf(its, dispatch), await told(its)];
        for (let i = 0; i < 10; i++)
          expect(await report(its, event, START + i)).toMatchObject({ repeated: 1 });
        expect([await countsOf(its, dispatch), await told(its)]).toEqual(before);
        expect(await everySuppression(its)).toEqual([]);
        const id = deliveryId(dispatch.id, 0);
        expect(await its.reports.eventsOf(acme, id)).toHaveLength(1);
      });

      it('is applied by one of many at once', async () => {
        const dispatch = await sent();
        const event = aReport(dispatch, 0, 'delivered');
        const answers = await allAtOnce(20, () => report(its, event));
        expect(answers.filter(({ applied }) => applied === 1)).toHaveLength(1);
        expect(await countsOf(its, dispatch)).toEqual({ delivered: 1 });
      });

      it('is another one when another provider has the same key', async () => {
        const dispatch = await sent();
        const event = aReport(dispatch, 0, 'delivered');
        expect(await report(its, [event, { ...event, provider: 'twilio' }])).toMatchObject({ applied: 2 });
      });
    });

    it('ends in the same state whatever the order and repetition of a delivery’s events', async () => {
      const kind = fc.constantFrom<[ProviderEventKind, boolean][]>(
        ['sent', false],
        ['delayed', false],
        ['delivered', false],
        ['bounced', false],
        ['bounced', true],
        ['failed', false],
        ['complained', false],
        ['read', false],
      );
      const subsets = fc.uniqueArray(kind, { minLength: 1, maxLength: 5, selector: (one) => one.join() });
      const orders = subsets.chain((events) => {
        const twice = [...events, ...events];
        return fc.tuple(fc.constant(events), fc.shuffledSubarray(twice, { minLength: twice.length }));
      });
      await fc.assert(
        fc.asyncProperty(
          orders,
          fc.constantFrom(accepted, unknown),
          async ([straight, shuffled], verdict) => {
            const dispatch = await sentToOthers(verdict);
            const all = (order: typeof straight, ordinal: number) =>
              order.map(([one, forGood]) =>
                aReport(dispatch, ordinal, one, {
                  permanent: forGood,
                  key: `${dispatch.id}:${ordinal}:${one}:${forGood}`,
                }),
              );
            await report(its, all(straight, 0));
            for (const event of all(shuffled, 1)) await report(its, event);
            const [one, other] = await statusesOf(its, dispatch, [0, 1]);
            expect(other).toBe(one);
            expect(await countsOf(its, dispatch)).toEqual({ [one ?? '']: 2 });
            const ids = [0, 1].map((ordinal) => deliveryId(dispatch.id, ordinal));
            const [kept, keptToo] = await Promise.all(ids.map((id) => its.reports.eventsOf(acme, id)));
            expect(keptToo).toHaveLength(kept?.length ?? 0);
          },
        ),
        { numRuns: runs },
      );
    });

    describe('finding the message', () => {
      const byMessage = (provider: string, providerMessageId: string) => ({
        key: `${provider}:${providerMessageId}`,
        kind: 'delivered' as const,
        provider,
        providerMessageId,
        at: START,
      });

      it('goes by our id, or else by the provider’s', async () => {
        const dispatch = await sent(1, { to: 'accepted', providerMessageId: 'ses-0001' });
        expect(await report(its, byMessage('ses', 'ses-0002'))).toMatchObject({ unmatched: 1 });
        expect(await report(its, byMessage('twilio', 'ses-0001'))).toMatchObject({ unmatched: 1 });
        expect(await report(its, byMessage('ses', 'ses-0001'))).toMatchObject({ applied: 1 });
        expect(await statusesOf(its, dispatch, [0])).toEqual(['delivered']);
      });

      it('goes by our id alone where the provider’s is of a whole call', async () => {
        const dispatch = await aDispatch().openedIn(its);
        const verdict = { to: 'accepted', providerMessageId: 'call-1.0' } as const;
        await deliverAll(its, dispatch, 1, verdict, { provider: 'sendgrid' });
        expect(await report(its, byMessage('sendgrid', 'call-1'))).toMatchObject({ unmatched: 1 });
        expect(await report(its, byMessage('sendgrid', 'call-1.0'))).toMatchObject({ unmatched: 1 });
        const event = aReport(dispatch, 0, 'delivered', {
          provider: 'sendgrid',
          providerMessageId: 'call-1',
        });
        expect(await report(its, event)).toMatchObject({ applied: 1 });
      });

      it('finds nothing for what we never sent, and keeps nothing of it', async () => {
        const dispatch = await sent(2);
        const stranger = aDispatch().build();
        const events = [
          aReport(dispatch, 2, 'complained'),
          aReport(dispatch, 2 ** 24, 'complained'),
          aReport(stranger, 0, 'bounced', { permanent }),
          { ...aReport(dispatch, 0, 'complained'), deliveryId: 'dlv_nonsense' },
          { key: 'k', provider: 'ses', kind: 'complained', at: START, address: 'r0@example.com' } as const,
        ];
        const nothing = { applied: 0, repeated: 0, unmatched: 5 };
        expect(await report(its, events)).toEqual(nothing);
        expect(await report(its, events)).toEqual(nothing);
        expect(await countsOf(its, dispatch)).toEqual({ accepted: 2 });
        expect([await everySuppression(its), await told(its)]).toEqual([[], []]);
      });

      it('takes workspace and address from the row, never from the event', async () => {
        const theirs = await sent(1, accepted, aDispatch().inWorkspace(rival));
        await report(its, aReport(theirs, 0, 'complained', { address: 'somebody@else.example' }));
        expect(await everySuppression(its, acme)).toEqual([]);
        expect(await everySuppression(its, rival)).toMatchObject([{ address: 'r0@example.com' }]);
        expect(await told(its)).toMatchObject([{ workspaceId: rival, address: 'r0@example.com' }]);
      });
    });

    describe('the events of a message', () => {
      it('are listed as they happened, with the provider’s words, to its own workspace', async () => {
        const dispatch = await sent();
        await report(its, aReport(dispatch, 0, 'delivered', { at: START + 2, reason: '250 OK' }));
        await report(its, aReport(dispatch, 0, 'sent', { at: START + 1 }));
        const id = deliveryId(dispatch.id, 0);
        expect(await its.reports.eventsOf(acme, id)).toEqual([
          { kind: 'sent', provider: 'ses', at: START + 1 },
          { kind: 'delivered', provider: 'ses', at: START + 2, reason: '250 OK' },
        ]);
        expect(await its.reports.eventsOf(rival, id)).toEqual([]);
        expect(await its.reports.eventsOf(acme, deliveryId(dispatch.id, 1))).toEqual([]);
      });
    });

    it('takes many events at once', async () => {
      const dispatch = await aDispatch().openedIn(its);
      for (let from = 0; from < many; from += 50)
        await deliverAll(its, dispatch, recipients(50, { from }), accepted);
      const events = Array.from({ length: many }, (_, ordinal) => aReport(dispatch, ordinal, 'delivered'));
      expect(await report(its, events)).toEqual({ applied: many, repeated: 0, unmatched: 0 });
      expect(await countsOf(its, dispatch)).toEqual({ delivered: many });
      expect(await report(its, [])).toEqual({ applied: 0, repeated: 0, unmatched: 0 });
    });

    describeOptOuts(() => its, runs);
  });
}

/** The counts after one message went from one state to another. */
function moved(counts: Record<string, number>, from: string, to: string): Record<string, number> {
  const after = { ...counts, [from]: (counts[from] ?? 0) - 1 };
  after[to] = (after[to] ?? 0) + 1;
  return Object.fromEntries(Object.entries(after).filter(([, count]) => count !== 0));
}
