import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Claim } from '#ports/delivery/lanes.js';
import { aDispatch, LEASE, recipients, START } from '#ports/delivery/testing/delivery-stores.js';
import { accepted, ordinalsOf } from '#ports/delivery/testing/worker.js';
import { OneDynamo } from '../testing/one-table.js';
import { aProcess, death, type DeliveryProcess, type WritingScript } from './testing/processes.js';

/** More than one transaction takes. */
const MANY = 60;
const KEY = 'call_1';

const dynamo = OneDynamo.forThisFile();

describe('A process that dies between two transactions', () => {
  let survivor: DeliveryProcess;
  beforeEach(async () => {
    await dynamo.fresh();
    survivor = aProcess(dynamo);
  });

  const opened = async () => {
    const dispatch = aDispatch().build();
    await survivor.dispatches.open(dispatch);
    return dispatch;
  };
  const work = async (count = MANY) => {
    const dispatch = await opened();
    await survivor.ledger.accept(dispatch.id, recipients(count), START);
    return { dispatch, claim: await claimOne(START) };
  };
  const claimOne = async (now: number): Promise<Claim> => {
    const { claims } = await survivor.lanes.claim('bulk', 10, LEASE, now);
    expect(claims).toHaveLength(1);
    return claims[0]!;
  };
  const intend = ({ ledger }: DeliveryProcess, claim: Claim, key = KEY) =>
    ledger.openIntent({
      claim,
      key,
      provider: 'ses',
      ordinals: ordinalsOf(claim),
      unsendable: [],
      now: START,
    });
  const settle = ({ ledger }: DeliveryProcess, claim: Claim, ordinals: readonly number[]) =>
    ledger.settle({
      claim,
      key: KEY,
      provider: 'ses',
      verdicts: ordinals.map((ordinal) => ({
        ordinal,
        verdict: { to: 'accepted', providerMessageId: `ses-${ordinal}` },
      })),
      now: START,
    });
  const counts = async (id: Parameters<DeliveryProcess['dispatches']['stats']>[0]) => {
    const stats = await survivor.dispatches.stats(id);
    return Object.fromEntries(Object.entries(stats?.counts ?? {}).filter(([, count]) => count !== 0));
  };
  const events = async () => (await survivor.outbox.untold(100)).map(({ event }) => event.type);
  /** Does `act` in a process that lives for so many transactions. Resolves when that is over. */
  const dyingAfter = (transactions: number, act: (dying: DeliveryProcess) => Promise<unknown>) =>
    new Promise<void>((dead, failed) => {
      const script: WritingScript = {
        transact: (which) => {
          if (which <= transactions) return;
          dead();
          return death();
        },
      };
      act(aProcess(dynamo, { script })).then(() => failed(new Error('It did not die.')), failed);
    });

  it('opening a large call: nothing was sent, and all of its members can be', async () => {
    const { dispatch, claim } = await work();
    await dyingAfter(1, (dying) => intend(dying, claim));
    expect((await counts(dispatch.id))['submitting']).toBeGreaterThan(0);
    const next = await claimOne(START + LEASE);
    const parcel = await survivor.ledger.load(next);
    expect(parcel?.members).toHaveLength(MANY);
    expect(parcel?.orphans).toEqual([]);
    expect(await counts(dispatch.id)).toEqual({ pending: MANY });
    expect(await intend(survivor, next, 'call_2')).toEqual({ kind: 'opened', refused: [] });
  });

  it('settling a large call: the rest of it is in doubt, and nobody is counted twice', async () => {
    const { dispatch, claim } = await work();
    await intend(survivor, claim);
    await dyingAfter(1, (dying) => settle(dying, claim, ordinalsOf(claim)));
    const settled = (await counts(dispatch.id))['accepted'] ?? 0;
    expect(settled).toBeGreaterThan(0);
    const next = await claimOne(START + LEASE);
    const orphans = (await survivor.ledger.load(next))?.orphans ?? [];
    const left = orphans.flatMap(({ members }) => members.map(({ ordinal }) => ordinal));
    expect(left).toHaveLength(MANY - settled);
    expect(await settle(survivor, next, left)).toBe('settled');
    const stats = await survivor.dispatches.stats(dispatch.id);
    expect(stats).toMatchObject({ counts: { accepted: MANY }, candidates: MANY, byProvider: { ses: MANY } });
    await survivor.lanes.finish(next, [], START + LEASE);
  });

  it('accepting a page: what has a row has work, and the page can come again', async () => {
    const dispatch = await opened();
    const page = recipients(MANY);
    await dyingAfter(1, ({ ledger }) => ledger.accept(dispatch.id, page, START));
    const had = (await counts(dispatch.id))['pending'] ?? 0;
    expect(had).toBeGreaterThan(0);
    expect(await survivor.ledger.accept(dispatch.id, page, START)).toEqual({ added: MANY - had });
    const { claims } = await survivor.lanes.claim('bulk', 10, LEASE, START + 60_000);
    const loaded = await Promise.all(claims.map((claim) => survivor.ledger.load(claim)));
    const addresses = loaded.flatMap((parcel) => parcel?.members.map(({ address }) => address) ?? []);
    expect(addresses.sort()).toEqual(page.map(({ address }) => address).sort());
  });

  it('before it tells of the completion: whoever finishes its parcel tells of it, once', async () => {
    const { dispatch, claim } = await work(3);
    await survivor.dispatches.seal(dispatch.id);
    await intend(survivor, claim);
    await dyingAfter(1, (dying) => settle(dying, claim, ordinalsOf(claim)));
    expect(await events()).toEqual([]);
    const next = await claimOne(START + LEASE);
    await survivor.lanes.finish(next, [], START + LEASE);
    await survivor.dispatches.seal(dispatch.id);
    expect(await events()).toEqual(['dispatch.completed']);
  });

  it('halting a dispatch: asked again the halt holds for all of it', async () => {
    const { dispatch, claim } = await work(600);
    await new Promise<void>((dead) => {
      // META, and the first two of its shards.
      const update = (which: number) => {
        if (which <= 3) return;
        dead();
        return death();
      };
      void aProcess(dynamo, { script: { update } }).dispatches.control(dispatch.id, 'halted', 7);
    });
    const one = (ordinal: number, key: string) =>
      survivor.ledger.openIntent({
        claim,
        key,
        provider: 'ses',
        ordinals: [ordinal],
        unsendable: [],
        now: START,
      });
    expect((await one(599, 'call_1')).kind).toBe('opened');
    await survivor.dispatches.control(dispatch.id, 'halted', 7);
    for (const ordinal of [0, 300, 598])
      expect(await one(ordinal, `call_of_${ordinal}`)).toEqual({ kind: 'halted' });
  });

  it('is of no matter to a halt that comes while a large call is opened: its beginning is taken back', async () => {
    const { dispatch, claim } = await work();
    const script: WritingScript = {
      transact: async (which) => {
        if (which === 2) await survivor.dispatches.control(dispatch.id, 'halted', 1);
      },
    };
    expect(await intend(aProcess(dynamo, { script }), claim)).toEqual({ kind: 'halted' });
    expect(await counts(dispatch.id)).toEqual({ pending: MANY });
    await survivor.lanes.finish(claim, [{ members: claim.members, dueAt: START }], START);
  });

  it('and one that was only slow cannot go on with a call when another has its parcel', async () => {
    const { dispatch, claim } = await work();
    const script: WritingScript = {
      transact: async (which) => {
        if (which !== 2) return;
        const next = await claimOne(START + LEASE);
        expect((await survivor.ledger.load(next))?.members).toHaveLength(MANY);
      },
    };
    expect(await intend(aProcess(dynamo, { script }), claim)).toEqual({ kind: 'stale' });
    expect(await counts(dispatch.id)).toEqual({ pending: MANY });
  });
});

describe('A process that has no answer', () => {
  it.each(['lost', 'ProvisionedThroughputExceededException'] as const)(
    'asks again (%s), and each of its writes is done once',
    async (how) => {
      await dynamo.fresh();
      const { dispatches, ledger, lanes, outbox } = aProcess(dynamo);
      const dispatch = aDispatch().build();
      const stumble = (operation: string) => dynamo.fake?.plan({ operation, how, times: 1 });
      stumble('TransactWriteItems');
      await dispatches.open(dispatch);
      stumble('TransactWriteItems');
      stumble('UpdateItem');
      expect(await ledger.accept(dispatch.id, recipients(5), START)).toEqual({ added: 5 });
      stumble('UpdateItem');
      const { claims } = await lanes.claim('bulk', 10, LEASE, START);
      const [claim] = claims;
      expect(claim).toMatchObject({ receives: 1, fence: 1 });
      const call = { claim: claim!, key: KEY, provider: 'ses', now: START };
      stumble('TransactWriteItems');
      expect(
        await ledger.openIntent({ ...call, ordinals: ordinalsOf(claim!), unsendable: [] }),
      ).toMatchObject({
        kind: 'opened',
      });
      stumble('TransactWriteItems');
      const verdicts = ordinalsOf(claim!).flatMap((ordinal) => [{ ordinal, verdict: accepted }]);
      stumble('UpdateItem');
      await dispatches.seal(dispatch.id);
      expect(await ledger.settle({ ...call, verdicts: verdicts.slice(0, 5) })).toBe('settled');
      stumble('TransactWriteItems');
      await lanes.finish(claim!, [], START);
      const stats = await dispatches.stats(dispatch.id);
      expect(stats).toMatchObject({ candidates: 5, counts: { accepted: 5 }, byProvider: { ses: 5 } });
      expect((await outbox.untold(10)).map(({ event }) => event.type)).toEqual(['dispatch.completed']);
    },
  );
});

describe('Two processes', () => {
  it('accept the same page side by side, and each address once', async () => {
    await dynamo.fresh();
    const both = [aProcess(dynamo), aProcess(dynamo)];
    const dispatch = aDispatch().build();
    await Promise.all(both.map(({ dispatches }) => dispatches.open(dispatch)));
    const answers = await Promise.all(
      both.map(({ ledger }) => ledger.accept(dispatch.id, recipients(30), START)),
    );
    expect(answers.reduce((sum, { added }) => sum + added, 0)).toBe(30);
    expect((await both[0]?.dispatches.stats(dispatch.id))?.candidates).toBe(30);
  });

  it('settle the same call side by side, and it is settled once', async () => {
    await dynamo.fresh();
    const [one, other] = [aProcess(dynamo), aProcess(dynamo)];
    const dispatch = aDispatch().build();
    await one.dispatches.open(dispatch);
    await one.ledger.accept(dispatch.id, recipients(4), START);
    const [claim] = (await one.lanes.claim('bulk', 1, LEASE, START)).claims;
    const call = { claim: claim!, key: KEY, provider: 'ses', now: START };
    await one.ledger.openIntent({ ...call, ordinals: [0, 1, 2, 3], unsendable: [] });
    const verdicts = [0, 1, 2, 3].map((ordinal) => ({ ordinal, verdict: accepted }));
    const answers = await Promise.all([one, other].map(({ ledger }) => ledger.settle({ ...call, verdicts })));
    expect(answers.sort()).toEqual(['settled', 'stale']);
    expect((await one.dispatches.stats(dispatch.id))?.byProvider).toEqual({ ses: 4 });
  });
});
