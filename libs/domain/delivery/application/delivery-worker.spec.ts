import { afterEach, describe, expect, it } from '@jest/globals';
import { defaultRetryRules } from '#domain/delivery/model/retry-policy.js';
import { deliveryId } from '#domain/delivery/model/delivery.js';
import type { Outcome } from '#domain/delivery/model/outcome.js';
import {
  aDispatch,
  allDeliveries,
  HOUR,
  recipients,
  SECOND,
  START,
} from '#ports/delivery/testing/delivery-stores.js';
import { WorkerUnderTest } from '#test/support/delivery/a-worker.js';
import { all, ScriptedProvider } from '#test/support/delivery/scripted-provider.js';

const unavailable: Outcome = { kind: 'unavailable', reason: '503' };
const unknown: Outcome = { kind: 'unknown', reason: 'timeout' };

describe('the delivery worker', () => {
  let worker: WorkerUnderTest;
  afterEach(async () => {
    await worker.stop();
    expect(worker.errors).toEqual([]);
  });

  async function sends(dispatch: ReturnType<typeof aDispatch>, count: number, seconds = 1) {
    const opened = await dispatch.openedIn(worker.stores);
    await worker.stores.ledger.accept(opened.id, recipients(count), worker.clock.now());
    await worker.stores.dispatches.seal(opened.id);
    worker.start();
    await worker.pass(seconds * SECOND);
    return opened;
  }
  const countsOf = async (dispatch: {
    id: Parameters<WorkerUnderTest['stores']['dispatches']['stats']>[0];
  }) => {
    const counts = (await worker.stores.dispatches.stats(dispatch.id))?.counts ?? {};
    return Object.fromEntries(Object.entries<number>(counts).filter(([, count]) => count > 0));
  };

  it('fills provider-sized calls and settles every message', async () => {
    const provider = new ScriptedProvider('ses', { maxBatch: 10 }).accept();
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 45);
    expect(await countsOf(dispatch)).toEqual({ accepted: 45 });
    expect(provider.calls.map(({ messages }) => messages.length)).toEqual([10, 10, 10, 10, 5]);
    expect(new Set(provider.taken).size).toBe(45);
    expect(await worker.stores.untold()).toContainEqual(
      expect.objectContaining({ type: 'dispatch.completed' }),
    );
  });

  it('gives marketing mail its one-click unsubscribe headers, and transactional mail none', async () => {
    const provider = new ScriptedProvider('ses').accept();
    worker = new WorkerUnderTest([[provider]]);
    const marketing = await sends(aDispatch(), 1);
    const link = `https://mail.example/u/${marketing.id}.sub_r0@example.com`;
    expect(provider.calls[0]?.messages[0]?.headers).toMatchObject({
      'List-Unsubscribe': `<${link}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
    });
    const receipt = await aDispatch().transactional().openedIn(worker.stores);
    await worker.stores.ledger.accept(receipt.id, recipients(1), START);
    await worker.pass(SECOND);
    expect(provider.calls[1]?.messages[0]?.headers).toEqual({});
  });

  it('moves on to the next provider within one call, opens the breaker, and comes back', async () => {
    const primary = new ScriptedProvider('ses').answer(all(unavailable));
    const secondary = new ScriptedProvider('resend').accept();
    worker = new WorkerUnderTest([[primary], [secondary]]);
    const dispatch = await sends(aDispatch(), 200, 2);
    expect(await countsOf(dispatch)).toEqual({ accepted: 200 });
    expect(new Set(secondary.taken).size).toBe(200);
    expect(worker.transitions[0]).toMatchObject({ provider: 'ses', from: 'closed', to: 'open' });
    primary.accept();
    await worker.pass(10 * SECOND);
    await worker.stores.ledger.accept(dispatch.id, recipients(300, { from: 200 }), worker.clock.now());
    await worker.pass(10 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 500 });
    expect(worker.transitions.at(-1)).toMatchObject({ provider: 'ses', to: 'closed' });
    expect(primary.taken.length).toBeGreaterThan(200);
  });

  it('spends no attempt on throttling, pauses that provider and overflows to the next', async () => {
    const primary = new ScriptedProvider('ses').answer(
      all({ kind: 'throttled', reason: '429', retryAfterMs: 30_000 }),
    );
    const secondary = new ScriptedProvider('resend').accept();
    worker = new WorkerUnderTest([[primary], [secondary]]);
    const dispatch = await sends(aDispatch(), 100, 2);
    expect(await countsOf(dispatch)).toEqual({ accepted: 100 });
    expect(primary.calls.length).toBeLessThanOrEqual(4);
    const rows = await allDeliveries(worker.stores, { dispatchId: dispatch.id });
    expect(rows.every(({ attempts }) => attempts === 1)).toBe(true);
    expect(worker.pool.statuses()[0]).toMatchObject({ name: 'ses', state: 'parked' });
    expect(worker.transitions).toEqual([]);
  });

  it('never again asks a provider whose account is refused, and waits for one when it has no other', async () => {
    const only = new ScriptedProvider('ses').answer(
      all({ kind: 'misconfigured', reason: 'account suspended' }),
    );
    worker = new WorkerUnderTest([[only]]);
    const dispatch = await sends(aDispatch(), 20, 30);
    expect(only.calls.length).toBeLessThanOrEqual(4);
    expect(await countsOf(dispatch)).toEqual({ pending: 20 });
    expect(worker.pool.statuses()[0]).toMatchObject({ state: 'open', reason: 'account suspended' });
  });

  it('declares dead what found no provider in time', async () => {
    const only = new ScriptedProvider('ses').answer(all(unavailable));
    worker = new WorkerUnderTest([[only]]);
    const dispatch = await sends(aDispatch().givingUpAt(START + 60 * SECOND), 20, 400);
    expect(await countsOf(dispatch)).toEqual({ dead: 20 });
    const [row] = await allDeliveries(worker.stores, { dispatchId: dispatch.id });
    expect(row?.attempts).toBeLessThanOrEqual(defaultRetryRules.maxAttempts);
  });

  it('parks what it lost sight of, and never sends it to another provider', async () => {
    const primary = new ScriptedProvider('ses').answer((call) => {
      primary.take(call);
      return all(unknown)(call, 0);
    });
    const secondary = new ScriptedProvider('resend').accept();
    worker = new WorkerUnderTest([[primary], [secondary]]);
    const dispatch = await sends(aDispatch(), 10, 10);
    expect(await countsOf(dispatch)).toEqual({ unknown: 10 });
    expect(secondary.taken).toEqual([]);
    const [row] = await allDeliveries(worker.stores, { status: 'unknown' });
    expect(row?.history).toEqual([
      expect.objectContaining({ provider: 'ses', outcome: 'unknown', detail: 'timeout' }),
    ]);
  });

  it('sends again what it lost sight of where the policy prefers a second copy to none', async () => {
    const primary = new ScriptedProvider('ses').answer(all(unknown));
    const secondary = new ScriptedProvider('resend').accept();
    worker = new WorkerUnderTest([[primary], [secondary]]);
    const dispatch = await sends(aDispatch().onUnknown('resend'), 5, 10);
    expect(await countsOf(dispatch)).toEqual({ accepted: 5 });
    const rows = await allDeliveries(worker.stores, { dispatchId: dispatch.id });
    expect(rows.every(({ history }) => history.some(({ provider }) => provider === 'ses'))).toBe(true);
  });

  it('asks a provider with idempotency keys again, with the same key and bytes: one acceptance', async () => {
    let lost = 2;
    const provider = new ScriptedProvider('resend', { idempotencyKey: true }).answer((call) => {
      const outcomes = provider.taken.length === 0 ? provider.take(call) : [];
      return lost-- > 0 ? all(unknown)(call, 0) : outcomes;
    });
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 3, 20);
    expect(await countsOf(dispatch)).toEqual({ accepted: 3 });
    expect(provider.taken).toHaveLength(3);
    expect(provider.calls[1]).toEqual(provider.calls[0]);
  });

  it('finds the calls of a worker that died: asks where it can, parks where it cannot', async () => {
    const silent = () => new Promise<readonly Outcome[]>(() => {});
    const askable = new ScriptedProvider('resend', { idempotencyKey: true }).answer(
      (call) => (askable.take(call), silent()),
    );
    worker = new WorkerUnderTest([[askable]]);
    const dispatch = await sends(aDispatch(), 10);
    expect(await countsOf(dispatch)).toEqual({ submitting: 10 });
    worker.die();
    worker.start();
    await worker.pass(120 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 10 });
    expect(askable.taken).toHaveLength(10);

    const mute = new ScriptedProvider('ses').answer((call) => (mute.take(call), silent()));
    worker = new WorkerUnderTest([[mute]]);
    const second = await sends(aDispatch(), 10);
    worker.die();
    mute.accept();
    worker.start();
    await worker.pass(120 * SECOND);
    expect(await countsOf(second)).toEqual({ unknown: 10 });
    expect(mute.taken).toHaveLength(10);
  });

  it('starts no send after a pause or a cancel has committed; resume sends exactly the rest', async () => {
    const gates: (() => void)[] = [];
    const provider = new ScriptedProvider('ses', { maxBatch: 5, maxInFlight: 2 }).answer(async (call) => {
      await new Promise<void>((open) => gates.push(open));
      return provider.take(call);
    });
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 40);
    await worker.stores.dispatches.control(dispatch.id, 'halted', 1);
    const underWay = provider.calls.length;
    for (const open of gates.splice(0)) open();
    await worker.pass(10 * SECOND);
    expect(provider.calls).toHaveLength(underWay);
    expect(await countsOf(dispatch)).toEqual({ accepted: underWay * 5, pending: 40 - underWay * 5 });
    provider.accept();
    await worker.stores.dispatches.control(dispatch.id, 'open', 2);
    await worker.pass(10 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 40 });
    expect(new Set(provider.taken).size).toBe(40);
  });

  it('does not count a pause against the time that messages have', async () => {
    const provider = new ScriptedProvider('ses').answer(all(unavailable));
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch().givingUpAt(START + 60 * SECOND), 5);
    await worker.stores.dispatches.control(dispatch.id, 'halted', 1);
    await worker.pass(300 * SECOND);
    provider.accept();
    await worker.stores.dispatches.control(dispatch.id, 'open', 2);
    await worker.pass(30 * SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 5 });
  });

  it('strikes off what is pending when its dispatch is cancelled', async () => {
    const provider = new ScriptedProvider('ses', { maxBatch: 5, maxInFlight: 1 }).answer(
      () => new Promise(() => {}),
    );
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch(), 20);
    await worker.stores.ledger.accept(dispatch.id, recipients(30, { from: 20, dueAt: START + HOUR }), START);
    await worker.stores.dispatches.control(dispatch.id, 'cancelled', 1);
    await worker.pass(10 * SECOND);
    expect(await countsOf(dispatch)).toMatchObject({ cancelled: 30 });
    worker.die();
  });

  it('keeps a dispatch within its own rate in every window', async () => {
    const at: number[] = [];
    const provider = new ScriptedProvider('ses').answer((call) => {
      at.push(...call.messages.map(() => worker.clock.monotonic()));
      return provider.take(call);
    });
    worker = new WorkerUnderTest([[provider]]);
    const opened = { ...aDispatch().build(), ratePerSecond: 20 };
    await worker.stores.dispatches.open(opened);
    await worker.stores.ledger.accept(opened.id, recipients(200), START);
    worker.start();
    await worker.pass(15 * SECOND);
    expect(at).toHaveLength(200);
    for (const from of at) {
      expect(at.filter((one) => one >= from && one <= from + SECOND).length).toBeLessThanOrEqual(20 + 20);
      expect(at.filter((one) => one >= from && one <= from + 5 * SECOND).length).toBeLessThanOrEqual(
        20 + 100,
      );
    }
  });

  it('does not declare dead what only waits for its dispatch’s own rate', async () => {
    const provider = new ScriptedProvider('ses').accept();
    worker = new WorkerUnderTest([[provider]]);
    const slow = {
      ...aDispatch()
        .givingUpAt(START + 5 * SECOND)
        .build(),
      ratePerSecond: 2,
    };
    await worker.stores.dispatches.open(slow);
    await worker.stores.ledger.accept(slow.id, recipients(60), START);
    worker.start();
    await worker.pass(60 * SECOND);
    expect(await countsOf(slow)).toEqual({ accepted: 60 });
  });

  it('fails only the message that cannot be rendered', async () => {
    const provider = new ScriptedProvider('ses').accept();
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await aDispatch().openedIn(worker.stores);
    const broken = { ...recipients(1, { from: 7 })[0]!, data: '{"broken":true}' };
    await worker.stores.ledger.accept(
      dispatch.id,
      [...recipients(7), broken, ...recipients(3, { from: 8 })],
      START,
    );
    worker.start();
    await worker.pass(SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 10, failed: 1 });
    const [row] = await allDeliveries(worker.stores, { status: 'failed' });
    expect(row).toMatchObject({
      address: broken.address,
      reason: expect.stringContaining('missing_variable'),
    });
  });

  it('sends a message that is too big for company alone', async () => {
    const provider = new ScriptedProvider('sendgrid', { maxBatch: 10, maxBatchedMessageBytes: 200 }).accept();
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await aDispatch().openedIn(worker.stores);
    const big = { ...recipients(1, { from: 3 })[0]!, data: JSON.stringify({ name: 'é'.repeat(150) }) };
    await worker.stores.ledger.accept(
      dispatch.id,
      [...recipients(3), big, ...recipients(3, { from: 4 })],
      START,
    );
    worker.start();
    await worker.pass(SECOND);
    expect(await countsOf(dispatch)).toEqual({ accepted: 7 });
    const own = provider.calls.filter(({ messages }) => messages.some(({ to }) => to === big.address));
    expect(own.map(({ messages }) => messages.length)).toEqual([1]);
  });

  it('sends nothing at or after the hour at which it expires', async () => {
    const provider = new ScriptedProvider('ses').accept();
    worker = new WorkerUnderTest([[provider]]);
    const dispatch = await sends(aDispatch().expiringAt(START), 12);
    expect(provider.calls).toEqual([]);
    expect(await countsOf(dispatch)).toEqual({ expired: 12 });
  });

  it('does not let a full bulk lane delay the critical one', async () => {
    const slow = new ScriptedProvider('ses', { maxBatch: 1, maxInFlight: 10 }).answer(async (call) => {
      await new Promise<void>((resolve) => worker.clock.after(1000, resolve));
      return slow.take(call);
    });
    worker = new WorkerUnderTest([[slow]]);
    await sends(aDispatch(), 1000);
    const otp = await aDispatch().onLane('critical').transactional().openedIn(worker.stores);
    await worker.stores.ledger.accept(otp.id, recipients(1), worker.clock.now());
    const before = slow.calls.length;
    await worker.pass(200);
    const id = deliveryId(otp.id, 0);
    expect(slow.calls.slice(before).map(({ messages }) => messages[0]?.deliveryId)).toContain(id);
  });
});
