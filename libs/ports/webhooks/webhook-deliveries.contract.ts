import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FAILING_FOR_MS, type WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import { TEST_EVENT, type WebhookMessageId } from '#domain/webhooks/model/webhook-message.js';
import {
  aClaimRequest,
  acme,
  aMessage,
  anEndpoint,
  answered,
  aSettlement,
  type OpenWebhookStores,
  rival,
  START,
  type WebhookStores,
} from './testing/webhook-stores.js';
import type { ClaimRequest, WebhookClaim } from './webhook-deliveries.js';

const whe = (name: string): WebhookEndpointId => `whe_${name}` as WebhookEndpointId;
const evt = (name: string): WebhookMessageId => `evt_${name}` as WebhookMessageId;
const pairs = (claims: readonly WebhookClaim[]): string[] =>
  claims.map(({ endpointId, message }) => `${message.id} -> ${endpointId}`).sort();

export function describeWebhookDeliveriesContract(name: string, open: OpenWebhookStores): void {
  describe(`WebhookDeliveries: ${name}`, () => {
    let its: WebhookStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    const claim = async (now = START, more: Partial<ClaimRequest> = {}): Promise<readonly WebhookClaim[]> =>
      (await its.deliveries.claim(aClaimRequest(now, more))).claims;
    const claimOne = async (now = START): Promise<WebhookClaim> => {
      const [one, ...more] = await claim(now);
      if (!one || more.length > 0) throw new Error(`expected one claim, got ${one ? more.length + 1 : 0}`);
      return one;
    };
    const settle = (one: WebhookClaim, status: number, at = START) =>
      its.deliveries.settle(one, aSettlement(one, answered(status), at));
    const attempts = async (name: string) =>
      (await its.deliveries.attempts(acme, whe(name), { limit: 200 })).data;
    const publish = (name: string, more: Parameters<typeof aMessage>[1] = {}) =>
      its.deliveries.enqueue(aMessage(name, more), START);

    describe('enqueuing', () => {
      it('makes one delivery for each enabled endpoint of the workspace that wants it', async () => {
        await its.endpoints.insert(anEndpoint('all'));
        await its.endpoints.insert(anEndpoint('some', { events: ['message.bounced', 'message.delivered'] }));
        await its.endpoints.insert(anEndpoint('other', { events: ['message.bounced'] }));
        await its.endpoints.insert(
          anEndpoint('off', { status: { is: 'disabled', reason: 'operator', at: START } }),
        );
        await its.endpoints.insert(anEndpoint('theirs', { workspaceId: rival }));
        expect(await publish('1')).toEqual({ deliveries: 2 });
        expect(pairs(await claim())).toEqual(['evt_1 -> whe_all', 'evt_1 -> whe_some']);
      });

      it('hands out what is needed to post it, as it was given', async () => {
        const endpoint = anEndpoint('a');
        await its.endpoints.insert(endpoint);
        const message = aMessage('Grüße, 世界', { at: START - 5 });
        await its.deliveries.enqueue(message, START);
        const { url, secrets } = endpoint;
        expect(await claimOne()).toMatchObject({ endpointId: whe('a'), message, attempts: 0, url, secrets });
      });

      it('changes nothing when the message is there already', async () => {
        await its.endpoints.insert(anEndpoint('a'));
        await publish('1');
        expect(await publish('1')).toEqual({ deliveries: 0 });
        await settle(await claimOne(), 200);
        expect(await publish('1')).toEqual({ deliveries: 0 });
        expect(await claim(START + 1e9)).toEqual([]);
      });

      it('makes one of each when many come at once', async () => {
        await its.endpoints.insert(anEndpoint('a'));
        await Promise.all(Array.from({ length: 20 }, (_, n) => publish(String(n % 4))));
        expect(pairs(await claim())).toEqual([0, 1, 2, 3].map((n) => `evt_${n} -> whe_a`));
      });

      it('tells the same id of two workspaces apart', async () => {
        await its.endpoints.insert(anEndpoint('a'));
        await its.endpoints.insert(anEndpoint('b', { workspaceId: rival }));
        await publish('1');
        await publish('1', { workspaceId: rival });
        expect(pairs(await claim())).toEqual(['evt_1 -> whe_a', 'evt_1 -> whe_b']);
      });

      it('keeps nothing of what nobody wants', async () => {
        await its.endpoints.insert(anEndpoint('a', { events: ['other'] }));
        expect(await publish('1')).toEqual({ deliveries: 0 });
        expect(await its.deliveries.replay(acme, whe('a'), evt('1'), START)).toBe(false);
      });

      it('says beforehand whether anybody of the workspace wants a message, enabled or not', async () => {
        const isWanted = (type: string, workspaceId = acme) => its.deliveries.isWanted(workspaceId, type);
        expect(await isWanted('message.delivered')).toBe(false);
        await its.endpoints.insert(anEndpoint('picky', { events: ['message.bounced'] }));
        expect([await isWanted('message.bounced'), await isWanted('message.delivered')]).toEqual([
          true,
          false,
        ]);
        expect(await isWanted('message.bounced', rival)).toBe(false);
        await its.endpoints.insert(
          anEndpoint('off', { status: { is: 'disabled', reason: 'operator', at: START } }),
        );
        expect(await isWanted('message.delivered')).toBe(true);
      });

      it('tells one endpoint alone, whatever it wants, where it is asked to', async () => {
        await its.endpoints.insert(anEndpoint('a', { events: ['other'] }));
        await its.endpoints.insert(anEndpoint('b'));
        const message = aMessage('1', { type: TEST_EVENT });
        expect(await its.deliveries.enqueue(message, START, whe('a'))).toEqual({ deliveries: 1 });
        expect(pairs(await claim())).toEqual(['evt_1 -> whe_a']);
      });

      it('wakes whoever listens, until they stop', async () => {
        await its.endpoints.insert(anEndpoint('a'));
        let woken = 0;
        const stop = its.deliveries.onWork(() => (woken += 1));
        await publish('1');
        await claim();
        expect(woken).toBe(1);
        stop();
        await publish('2');
        await claim();
        expect(woken).toBe(1);
      });
    });

    describe('claiming', () => {
      beforeEach(async () => {
        for (const each of ['a', 'b']) await its.endpoints.insert(anEndpoint(each));
      });

      it('hides what is claimed until its lease ends, and raises the fence', async () => {
        await its.deliveries.enqueue(aMessage('1'), START, whe('a'));
        const first = await claimOne();
        const hidden = await its.deliveries.claim(aClaimRequest(START + 59_999));
        expect(hidden).toEqual({ claims: [], nextDueAt: START + 60_000 });
        const second = await claimOne(START + 60_000);
        expect(second.message).toEqual(first.message);
        expect(second.fence).toBeGreaterThan(first.fence);
        expect(second.attempts).toBe(0);
      });

      it('says when the next is due', async () => {
        expect((await its.deliveries.claim(aClaimRequest(START))).nextDueAt).toBeUndefined();
        await its.deliveries.enqueue(aMessage('1'), START, whe('a'));
        await settle(await claimOne(), 500, START + 100);
        expect((await its.deliveries.claim(aClaimRequest(START + 200))).nextDueAt).toBe(START + 5_100);
        expect(await claim(START + 5_099)).toEqual([]);
        expect(await claimOne(START + 5_100)).toMatchObject({ attempts: 1 });
      });

      it('answers no more than asked for', async () => {
        for (const each of ['1', '2', '3']) await publish(each);
        expect(await claim(START, { max: 4 })).toHaveLength(4);
        expect(await claim(START, { max: 4 })).toHaveLength(2);
      });

      it('answers no more of one endpoint than it has room for, counting what the caller holds', async () => {
        for (const each of ['1', '2', '3', '4']) await publish(each);
        const more = { perEndpoint: 3, held: new Map([[whe('a'), 2]]) };
        const claims = await claim(START, more);
        expect(claims.filter(({ endpointId }) => endpointId === whe('a'))).toHaveLength(1);
        expect(claims.filter(({ endpointId }) => endpointId === whe('b'))).toHaveLength(3);
      });

      it('does not ask to come back at once for an endpoint that has no room', async () => {
        for (const each of ['1', '2']) await its.deliveries.enqueue(aMessage(each), START, whe('a'));
        const full = { perEndpoint: 1, held: new Map([[whe('a'), 1]]) };
        expect(await its.deliveries.claim(aClaimRequest(START, full))).toEqual({
          claims: [],
          nextDueAt: undefined,
        });
      });

      it('passes over an endpoint without room, whatever waits there, to those behind it', async () => {
        for (let n = 0; n < 300; n++) await its.deliveries.enqueue(aMessage(`a${n}`), START, whe('a'));
        await its.deliveries.enqueue(aMessage('b'), START + 1, whe('b'));
        const full = { perEndpoint: 2, max: 1, held: new Map([[whe('a'), 2]]) };
        expect(pairs(await claim(START + 1, full))).toEqual(['evt_b -> whe_b']);
      });

      it('gives an endpoint that fails one place', async () => {
        for (const each of ['1', '2', '3']) await its.deliveries.enqueue(aMessage(each), START, whe('a'));
        const [first] = await claim(START, { max: 1 });
        await settle(first!, 500, START);
        expect(await claim(START, { perEndpoint: 3 })).toHaveLength(1);
      });

      it('never gives one delivery to two', async () => {
        for (let n = 0; n < 20; n++) await its.deliveries.enqueue(aMessage(`${n}`), START, whe('a'));
        const rounds = await Promise.all(Array.from({ length: 8 }, () => claim(START, { max: 5 })));
        const got = rounds.flat().map(({ message }) => message.id);
        expect(got).toHaveLength(20);
        expect(new Set(got).size).toBe(20);
      });

      it('holds what is pending at a disabled endpoint until it is enabled again', async () => {
        await its.deliveries.enqueue(aMessage('1'), START, whe('a'));
        const before = (await its.endpoints.find(acme, whe('a')))!;
        await its.endpoints.replace(before, {
          ...before,
          status: { is: 'disabled', reason: 'operator', at: START },
        });
        expect(await its.deliveries.claim(aClaimRequest(START))).toEqual({
          claims: [],
          nextDueAt: undefined,
        });
        const off = (await its.endpoints.find(acme, whe('a')))!;
        await its.endpoints.replace(off, { ...off, status: { is: 'enabled' } });
        expect(pairs(await claim())).toEqual(['evt_1 -> whe_a']);
      });

      it('claims nothing of a removed endpoint', async () => {
        await publish('1');
        await its.endpoints.remove(acme, whe('a'));
        expect(pairs(await claim())).toEqual(['evt_1 -> whe_b']);
      });
    });

    describe('settling', () => {
      beforeEach(async () => {
        await its.endpoints.insert(anEndpoint('a'));
        await publish('1');
      });
      const health = async () => {
        const { status, failingSince } = (await its.endpoints.find(acme, whe('a')))!;
        return { is: status.is, failingSince };
      };

      it('ends what was delivered and logs it', async () => {
        const one = await claimOne();
        const settlement = aSettlement(one, answered(204), START + 3);
        expect(await its.deliveries.settle(one, settlement)).toBe('settled');
        expect(await claim(START + 1e12)).toEqual([]);
        expect(await attempts('a')).toEqual([settlement.attempt]);
      });

      it.each([
        ['an answer', { kind: 'answered', status: 503, body: 'later', retryAfter: '7' }],
        ['no answer', { kind: 'unanswered', reason: 'ECONNRESET', sent: true }],
        ['an address that is forbidden', { kind: 'forbidden', reason: 'loopback' }],
      ] as const)('logs %s as it was', async (_what, outcome) => {
        const one = await claimOne();
        await its.deliveries.settle(one, aSettlement(one, outcome, START));
        expect((await attempts('a'))[0]?.outcome).toEqual(outcome);
      });

      it('writes nothing for whom has been overtaken', async () => {
        const slow = await claimOne();
        const quick = await claimOne(START + 60_000);
        expect(await settle(slow, 410, START + 60_001)).toBe('stale');
        expect(await attempts('a')).toEqual([]);
        expect((await health()).is).toBe('enabled');
        expect(await settle(quick, 200, START + 60_002)).toBe('settled');
        expect(await settle(quick, 200, START + 60_003)).toBe('stale');
        expect(await attempts('a')).toHaveLength(1);
      });

      it('writes nothing for an endpoint that is gone', async () => {
        const one = await claimOne();
        await its.endpoints.remove(acme, whe('a'));
        expect(await settle(one, 200)).toBe('stale');
      });

      it('remembers since when the endpoint fails, and forgets it with the first answer', async () => {
        await settle(await claimOne(), 500, START + 10);
        expect(await health()).toEqual({ is: 'enabled', failingSince: START + 10 });
        await settle(await claimOne(START + 5_010), 500, START + 5_020);
        expect((await health()).failingSince).toBe(START + 10);
        await settle(await claimOne(START + 400_000), 200, START + 400_001);
        expect((await health()).failingSince).toBeUndefined();
      });

      it('disables an endpoint that is gone, and says so', async () => {
        expect(await settle(await claimOne(), 410, START + 10)).toBe('disabled');
        expect((await its.endpoints.find(acme, whe('a')))?.status).toEqual({
          is: 'disabled',
          reason: 'gone_410',
          at: START + 10,
        });
      });

      it('judges by what the endpoint is when it settles, not by what it was when it claimed', async () => {
        await settle(await claimOne(), 500, START);
        const late = START + FAILING_FOR_MS;
        await publish('2');
        const claims = await claim(late, { perEndpoint: 1 });
        const last = claims[0]!;
        const other = (await claim(late, { perEndpoint: 2 }))[0]!;
        await settle(other, 200, late);
        const exhausted = aSettlement({ ...last, attempts: 9 }, answered(500), late + 1);
        expect(exhausted.effect).toBe('exhausted');
        expect(await its.deliveries.settle(last, exhausted)).toBe('settled');
        expect(await health()).toEqual({ is: 'enabled', failingSince: late + 1 });
      });

      it('makes a change of the endpoint that was decided before stale', async () => {
        const before = (await its.endpoints.find(acme, whe('a')))!;
        await settle(await claimOne(), 410);
        expect(await its.endpoints.replace(before, { ...before, url: 'https://new.example/' })).toBe('stale');
      });
    });

    describe('the log', () => {
      it('is newest first, page by page, of one endpoint of one workspace', async () => {
        for (const each of ['a', 'b']) await its.endpoints.insert(anEndpoint(each));
        for (let n = 0; n < 5; n++) await its.deliveries.enqueue(aMessage(`${n}`), START, whe('a'));
        await its.deliveries.enqueue(aMessage('x'), START, whe('b'));
        let at = START;
        for (const one of await claim()) await settle(one, 200, ++at);
        const first = await its.deliveries.attempts(acme, whe('a'), { limit: 3 });
        const second = await its.deliveries.attempts(acme, whe('a'), { limit: 3, after: first.next ?? '' });
        expect(second.next).toBeNull();
        const times = [...first.data, ...second.data].map((one) => one.at);
        expect(times).toHaveLength(5);
        expect(times).toEqual([...times].sort((left, right) => right - left));
        expect((await its.deliveries.attempts(rival, whe('a'), { limit: 3 })).data).toEqual([]);
      });
    });

    describe('replaying', () => {
      beforeEach(async () => {
        await its.endpoints.insert(anEndpoint('a', { events: ['message.delivered'] }));
      });

      it('sends one again with a fresh ladder, whatever had become of it', async () => {
        await publish('1');
        await settle(await claimOne(), 200);
        expect(await its.deliveries.replay(acme, whe('a'), evt('1'), START + 10)).toBe(true);
        const again = await claimOne(START + 10);
        expect(again).toMatchObject({ attempts: 0, message: aMessage('1') });
        expect(await settle(again, 200, START + 11)).toBe('settled');
        expect(await attempts('a')).toHaveLength(2);
      });

      it('leaves what is pending as it is, so that what is under way can be settled', async () => {
        await publish('1');
        const one = await claimOne();
        expect(await its.deliveries.replay(acme, whe('a'), evt('1'), START)).toBe(true);
        expect(await claim()).toEqual([]);
        expect(await settle(one, 200)).toBe('settled');
      });

      it('does not know another workspace’s message, nor one that never was', async () => {
        await its.endpoints.insert(anEndpoint('b', { workspaceId: rival }));
        await publish('1');
        expect(await its.deliveries.replay(rival, whe('b'), evt('1'), START)).toBe(false);
        expect(await its.deliveries.replay(rival, whe('a'), evt('1'), START)).toBe(false);
        expect(await its.deliveries.replay(acme, whe('a'), evt('2'), START)).toBe(false);
      });

      it('sends all since a time that the endpoint wants, page by page', async () => {
        await its.endpoints.insert(anEndpoint('everything'));
        await publish('early', { at: START - 1 });
        for (let n = 0; n < 5; n++) await publish(`${n}`, { at: START + (n % 2) });
        await publish('other', { type: 'message.bounced' });
        await its.deliveries.enqueue(aMessage('test', { type: TEST_EVENT }), START, whe('everything'));
        for (const one of await claim()) await settle(one, 200);
        let after: string | undefined;
        let replayed = 0;
        do {
          const page = await its.deliveries.replaySince(
            acme,
            whe('a'),
            START,
            { limit: 2, after },
            START + 9,
          );
          replayed += page.replayed;
          after = page.next ?? undefined;
        } while (after !== undefined);
        expect(replayed).toBe(5);
        expect(pairs(await claim(START + 9))).toEqual([0, 1, 2, 3, 4].map((n) => `evt_${n} -> whe_a`));
      });

      it('sends what happened while the endpoint was disabled', async () => {
        const before = (await its.endpoints.find(acme, whe('a')))!;
        await its.endpoints.replace(before, {
          ...before,
          status: { is: 'disabled', reason: 'failing', at: START },
        });
        expect(await publish('missed')).toEqual({ deliveries: 0 });
        const off = (await its.endpoints.find(acme, whe('a')))!;
        await its.endpoints.replace(off, { ...off, status: { is: 'enabled' } });
        expect(await its.deliveries.replaySince(acme, whe('a'), START, { limit: 10 }, START)).toEqual({
          replayed: 1,
          next: null,
        });
        expect(pairs(await claim())).toEqual(['evt_missed -> whe_a']);
      });

      it('wakes whoever listens', async () => {
        await publish('1');
        await settle(await claimOne(), 200);
        let woken = 0;
        its.deliveries.onWork(() => (woken += 1));
        await its.deliveries.replay(acme, whe('a'), evt('1'), START);
        await claim();
        expect(woken).toBe(1);
      });
    });

    it('forgets what is older than it is told, bit by bit, and nothing else', async () => {
      await its.endpoints.insert(anEndpoint('a'));
      for (let n = 0; n < 5; n++) await publish(`${n}`, { at: START + n });
      const [one] = await claim(START, { max: 1 });
      await settle(one!, 200);
      expect(await its.deliveries.purge(START + 3, 2)).toBe(2);
      expect(await its.deliveries.purge(START + 3, 2)).toBe(1);
      expect(await its.deliveries.purge(START + 3, 2)).toBe(0);
      expect(await attempts('a')).toEqual([]);
      expect(pairs(await claim())).toEqual(['evt_3 -> whe_a', 'evt_4 -> whe_a']);
    });
  });
}
