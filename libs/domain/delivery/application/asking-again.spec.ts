import { afterEach, describe, expect, it } from '@jest/globals';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import {
  aDispatch,
  allDeliveries,
  aSuppression,
  recipients,
  SECOND,
  START,
} from '#ports/delivery/testing/delivery-stores.js';
import { WorkerUnderTest } from '#test/support/delivery/a-worker.js';
import { all, ScriptedProvider } from '#test/support/delivery/scripted-provider.js';

const lost: Outcome = { kind: 'unknown', reason: 'timeout' };

describe('a call whose answer was lost, at a provider that keeps idempotency keys', () => {
  let worker: WorkerUnderTest;
  afterEach(async () => {
    await worker.stop();
    expect(worker.errors).toEqual([]);
  });

  /** Takes the first call and says nothing of it, nor to whoever asks again. */
  function deaf(): ScriptedProvider {
    const provider = new ScriptedProvider('resend', { idempotencyKey: true, maxBatch: 10 });
    return provider.answer((call) => {
      if (provider.taken.length === 0) takeUnheard(provider, call);
      return all(lost)(call, 0);
    });
  }
  function takeUnheard(provider: ScriptedProvider, call: Parameters<ScriptedProvider['take']>[0]): void {
    provider.taken.push(...call.messages.map(({ deliveryId }) => deliveryId));
  }
  async function sends(dispatch: ReturnType<typeof aDispatch>, count: number, seconds: number) {
    const opened = await dispatch.openedIn(worker.stores);
    await worker.stores.ledger.accept(opened.id, recipients(count), worker.clock.now());
    await worker.stores.dispatches.seal(opened.id);
    worker.start();
    await worker.pass(seconds * SECOND);
    return opened;
  }
  async function countsOf({ id }: { id: Parameters<WorkerUnderTest['stores']['dispatches']['stats']>[0] }) {
    const counts = (await worker.stores.dispatches.stats(id))?.counts ?? {};
    return Object.fromEntries(Object.entries<number>(counts).filter(([, count]) => count > 0));
  }

  it('stays open through an outage of minutes, and is known when the provider is back', async () => {
    const provider = deaf();
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 10, 600);
    expect(await countsOf(dispatch)).toEqual({ submitting: 10 });
    // A database keeps milliseconds whole, and refuses any other.
    const { nextDueAt } = await worker.stores.lanes.claim('bulk', 1, SECOND, worker.clock.now());
    expect(Number.isInteger(nextDueAt)).toBe(true);
    provider.answer((call) =>
      call.messages.map(({ deliveryId }) => ({ kind: 'accepted', providerMessageId: `taken-${deliveryId}` })),
    );
    await worker.pass(600 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 10 });
    expect(new Set(provider.calls.map(({ key }) => key)).size).toBe(1);
    expect(provider.calls.length).toBeLessThan(20);
  });

  it('is given up and listed as unknown after an hour', async () => {
    const provider = deaf();
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 10, 4_500);
    expect(await countsOf(dispatch)).toEqual({ unknown: 10 });
    const asked = provider.calls.length;
    await worker.pass(600 * SECOND);
    expect(provider.calls).toHaveLength(asked);
  });

  it('does not keep others of its parcel waiting', async () => {
    const provider = new ScriptedProvider('resend', { idempotencyKey: true, maxBatch: 5 });
    let first: string | undefined;
    provider.answer((call) => {
      first ??= call.key;
      return call.key === first ? all(lost)(call, 0) : provider.take(call);
    });
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 20, 60);
    expect(await countsOf(dispatch)).toEqual({ accepted: 15, submitting: 5 });
    provider.accept();
    await worker.pass(120 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 20 });
  });

  it('takes no place from the probes that close the breaker', async () => {
    let down = true;
    const provider = new ScriptedProvider('resend', { idempotencyKey: true, maxBatch: 5 });
    provider.answer((call) => (down ? all(lost)(call, 0) : provider.take(call)));
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 100, 60);
    expect(worker.pool.statuses()[0]?.state).not.toBe('closed');
    down = false;
    await worker.pass(180 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 100 });
    expect(worker.pool.statuses()[0]?.state).toBe('closed');
  });

  it('waits for as long as the provider asked us to wait', async () => {
    const provider = new ScriptedProvider('resend', { idempotencyKey: true, maxBatch: 10 });
    const asked: number[] = [];
    provider.answer((call, nth) => {
      asked.push(worker.clock.now());
      if (nth === 1) return all(lost)(call, 0);
      if (nth === 2) return all({ kind: 'throttled', reason: '429', retryAfterMs: 40_000 })(call, 0);
      return provider.take(call);
    });
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 10, 120);
    expect(await countsOf(dispatch)).toEqual({ accepted: 10 });
    expect(asked[2]! - asked[1]!).toBeGreaterThanOrEqual(40_000);
  });

  it('is not asked about while paused, and is after the resume', async () => {
    const provider = deaf();
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 10, 1);
    await worker.stores.dispatches.control(dispatch.id, 'halted', 1);
    const asked = provider.calls.length;
    provider.accept();
    await worker.pass(300 * SECOND);
    expect(provider.calls).toHaveLength(asked);
    expect(await countsOf(dispatch)).toEqual({ submitting: 10 });
    await worker.stores.dispatches.control(dispatch.id, 'open', 2);
    await worker.pass(60 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 10 });
  });

  it.each(['suppressed', 'cancelled'] as const)(
    'is not repeated when a recipient is %s meanwhile: it is listed as unknown',
    async (how) => {
      const provider = deaf();
      worker = new WorkerUnderTest([[provider]]);
      const dispatch = await sends(aDispatch(), 10, 1);
      if (how === 'suppressed') await worker.stores.suppressions.add(aSuppression('r3@example.com'));
      else await worker.stores.dispatches.control(dispatch.id, 'cancelled', 1);
      const asked = provider.calls.length;
      provider.accept();
      await worker.pass(120 * SECOND);
      expect(await countsOf(dispatch)).toEqual({ unknown: 10 });
      expect(provider.calls).toHaveLength(asked);
    },
  );

  it('goes out elsewhere where a second copy is better than a late one, and is listed', async () => {
    const provider = deaf();
    const other = new ScriptedProvider('ses').accept();
    worker = new WorkerUnderTest([[provider], [other]]);
    const dispatch = await sends(aDispatch().onUnknown('resend'), 5, 60);
    expect(await countsOf(dispatch)).toEqual({ accepted: 5 });
    const [row] = await allDeliveries(worker.stores, { dispatchId: dispatch.id });
    expect(row?.history).toEqual([expect.objectContaining({ provider: 'resend', outcome: 'unknown' })]);
  });

  it('is left open by a worker that stops, for the next one to ask', async () => {
    const provider = deaf();
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch().givingUpAt(START + 9_000 * SECOND), 10, 1);
    await worker.stop();
    expect(await countsOf(dispatch)).toEqual({ submitting: 10 });
    provider.accept();
    worker.start();
    await worker.pass(60 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 10 });
  });
});
