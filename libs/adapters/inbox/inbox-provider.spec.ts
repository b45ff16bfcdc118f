import { describe, expect, it } from '@jest/globals';
import { inbox as inboxChannel } from '#adapters/channels/inbox-channel.js';
import { MemoryCapturedMails } from '#adapters/memory/delivery/memory-captured-mails.js';
import { MemoryInbox } from '#adapters/memory/communication/memory-inbox.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Inbox } from '#ports/communication/inbox.js';
import type { InboxMessage } from '#ports/delivery/inbox-provider.js';
import { create } from './create-inbox.js';

const acme = 'wsp_acme' as WorkspaceId;

const aMessage = (no: number, change: Partial<InboxMessage> = {}): InboxMessage => ({
  deliveryId: `dlv_${no}`,
  to: 'anna',
  workspaceId: acme,
  type: 'receipt',
  title: `Receipt ${no}`,
  body: 'Thank you',
  data: { no },
  ...change,
});
const aCall = (...messages: InboxMessage[]) => ({ key: 'call_1', messages, timeoutMs: 1_000 });

describe('the inbox as a provider', () => {
  const providerOver = (inbox: Inbox, clock = new DrivenClock()) =>
    create({}, { channel: inboxChannel, clock, inbox, capturedMails: new MemoryCapturedMails() });
  const failing = (put: Inbox['put']): Inbox => Object.assign(new MemoryInbox(), { put });

  it('puts every message into the inbox of its user', async () => {
    const clock = new DrivenClock();
    const inbox = new MemoryInbox();
    const messages = [aMessage(1, { url: 'https://acme.example/1' }), aMessage(2, { to: 'ben' })];
    const outcomes = await providerOver(inbox, clock).send(aCall(...messages));
    const [item] = (await inbox.page(acme, 'anna', {}, { limit: 10 })).data;
    expect(item).toEqual({
      id: expect.stringMatching(/^inb_[0-9a-hjkmnp-tv-z]{26}$/),
      workspaceId: acme,
      userId: 'anna',
      deliveryId: 'dlv_1',
      type: 'receipt',
      title: 'Receipt 1',
      body: 'Thank you',
      url: 'https://acme.example/1',
      data: { no: 1 },
      state: 'unseen',
      createdAt: clock.now(),
    });
    const [other] = (await inbox.page(acme, 'ben', {}, { limit: 10 })).data;
    expect(outcomes).toEqual([
      { kind: 'accepted', providerMessageId: item?.id },
      { kind: 'accepted', providerMessageId: other?.id },
    ]);
    expect(clock.waiting).toBe(0);
  });

  it('makes no second item of a call repeated after its answer was lost, not even under another key', async () => {
    const clock = new DrivenClock();
    const inbox = new MemoryInbox();
    const provider = providerOver(inbox, clock);
    const first = await provider.send(aCall(aMessage(1), aMessage(2)));
    await clock.advance(60_000);
    expect(await provider.send({ ...aCall(aMessage(1), aMessage(2)), key: 'call_2' })).toEqual(first);
    expect((await inbox.page(acme, 'anna', {}, { limit: 10 })).data).toHaveLength(2);
  });

  it('tells items of one moment apart', async () => {
    const messages = Array.from({ length: 500 }, (_, no) => aMessage(no));
    const outcomes = await providerOver(new MemoryInbox()).send(aCall(...messages));
    const ids = outcomes.map((outcome) => outcome.kind === 'accepted' && outcome.providerMessageId);
    expect(new Set(ids).size).toBe(500);
  });

  it('is unavailable while the disk is full: nothing was kept', async () => {
    const provider = providerOver(
      failing(() => Promise.reject(new Refusal('storage_full', 'The disk is full.'))),
    );
    const full = { kind: 'unavailable', reason: 'The disk is full.' };
    expect(await provider.send(aCall(aMessage(1), aMessage(2)))).toEqual([full, full]);
  });

  it('does not know what became of a call when the storage died under it, or takes too long', async () => {
    const died = providerOver(failing(() => Promise.reject(new Error('A storage thread has ended.'))));
    expect(await died.send(aCall(aMessage(1)))).toEqual([
      { kind: 'unknown', reason: 'A storage thread has ended.' },
    ]);
    const clock = new DrivenClock();
    const slow = providerOver(
      failing(() => new Promise(() => {})),
      clock,
    ).send(aCall(aMessage(1)));
    await clock.advance(1_000);
    expect(await slow).toEqual([{ kind: 'unknown', reason: 'not stored within 1000 ms' }]);
  });
});
