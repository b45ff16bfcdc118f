import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { Gap, Message } from '../frames.js';
import { BadNetwork, type Device } from '../testing/bad-network.js';

/** By device: ben has two. */
const USERS = ['anna', 'ben', 'carl', 'ben'];
const CONVERSATIONS = ['cnv_a', 'cnv_b'];

type Happening =
  | { kind: 'send' | 'read' | 'edit' | 'change' | 'cut'; conversation: number; pick: number }
  | { kind: 'kill' | 'reload'; conversation: number; pick: number }
  | { kind: 'pass'; ms: number };

const conversation = fc.nat({ max: CONVERSATIONS.length - 1 });
const pick = fc.nat({ max: 1000 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), conversation, pick }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('edit' as const, 'change' as const), conversation, pick }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'read' as const), conversation, pick }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('kill' as const, 'reload' as const), conversation, pick }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.nat({ max: 2000 }) }) },
);

/** What happened, then peace: everybody comes back once and is left alone. */
function lived(happenings: readonly Happening[], seed: number, keepsOrder: boolean): BadNetwork {
  const network = new BadNetwork(USERS, seed, keepsOrder);
  for (const device of network.devices)
    for (const conversationId of CONVERSATIONS)
      network.feed(device, { kind: 'follow', conversationId, position: { seq: 0, rev: 0 } });
  for (const one of happenings) happen(network, one);
  network.isBad = false;
  network.pass(120_000);
  for (const device of network.devices) network.kill(device);
  network.pass(120_000);
  return network;
}

function happen(network: BadNetwork, one: Happening): void {
  if (one.kind === 'pass') return network.pass(one.ms);
  const device = network.devices[one.pick % USERS.length]!;
  if (one.kind === 'kill') return network.kill(device);
  if (one.kind === 'reload') return network.reload(device);
  const conversationId = CONVERSATIONS[one.conversation]!;
  if (one.kind === 'send') return network.send(device, conversationId);
  if (one.kind === 'read') return network.read(device, conversationId);
  if (one.kind === 'change') return network.change(device, conversationId, one.pick);
  if (one.kind === 'edit') return network.edit(conversationId, one.pick);
  network.server.cut(conversationId, one.pick);
}

/** The numbers a device was told of, in the order in which it was: those of a gap too. */
function placesTold(device: Device, conversationId: string): number[] {
  return device.told.flatMap(({ name, data }) => {
    if (name === 'message' && data.conversationId === conversationId) return [data.seq];
    return name === 'gap' && data.conversationId === conversationId ? range(data) : [];
  });
}

function range({ fromSeq, toSeq }: Gap): number[] {
  return Array.from({ length: toSeq - fromSeq + 1 }, (_, index) => fromSeq + index);
}

function shown(device: Device, conversationId: string): Map<number, Message> {
  const messages = new Map<number, Message>();
  for (const { name, data } of device.told)
    if ((name === 'message' || name === 'changed') && data.conversationId === conversationId)
      messages.set(data.seq, data);
  return messages;
}

const check = (property: (network: BadNetwork) => void, numRuns = 120): void => {
  const happenings = fc.array(happening, { maxLength: 60, size: 'max' });
  fc.assert(
    fc.property(happenings, fc.nat(), fc.boolean(), (what, seed, keepsOrder) =>
      property(lived(what, seed, keepsOrder)),
    ),
    { numRuns },
  );
};

describe('Clients on a network that drops, doubles, delays and disconnects', () => {
  it('are each told the whole log, in order, nothing twice', () => {
    check(({ devices, server }) => {
      for (const device of devices)
        for (const id of CONVERSATIONS)
          expect(placesTold(device, id)).toEqual(
            range({ conversationId: id, fromSeq: 1, toSeq: server.seq(id) }),
          );
    });
  }, 180_000);

  it('see every message as its last change left it', () => {
    check(({ devices, server }) => {
      for (const device of devices)
        for (const id of CONVERSATIONS) {
          const messages = shown(device, id);
          expect(server.log(id).map(({ seq }) => messages.get(seq))).toEqual(server.log(id));
          const revs = device.told.flatMap(({ name, data }) =>
            name === 'changed' && data.conversationId === id ? [data.rev] : [],
          );
          expect(revs).toEqual([...new Set(revs)].sort((one, other) => one - other));
        }
    });
  }, 180_000);

  it('put one message into the log for each that was sent, in the order of sending, and know it', () => {
    check(({ devices, server, sent }) => {
      const logged = CONVERSATIONS.flatMap((id) => server.log(id));
      for (const device of devices) {
        const said = sent.filter((one) => one.device === device).map(({ message }) => message);
        const told = device.told.flatMap(({ name, data }) => (name === 'sent' ? [data] : []));
        expect(told.map((one) => one.clientMessageId).sort()).toEqual(
          said.map((one) => one.clientMessageId).sort(),
        );
        for (const id of CONVERSATIONS) {
          const mine = said.filter((one) => one.conversationId === id).map((one) => one.clientMessageId);
          const acked = told
            .filter((one) => one.conversationId === id)
            .sort((one, other) => one.seq - other.seq);
          expect(acked.map((one) => one.clientMessageId)).toEqual(mine);
        }
        expect([device.state.outbox, device.unsent.size, device.state.asked.size]).toEqual([[], 0, 0]);
      }
      expect(new Set(logged.map((one) => one.clientMessageId)).size).toBe(logged.length);
      expect(CONVERSATIONS.reduce((sum, id) => sum + server.seq(id), 0)).toBe(sent.length);
    });
  }, 180_000);

  it('make each change once, in the order in which a device made them, or are told why not', () => {
    check(({ devices, server, changed }) => {
      for (const device of devices) {
        const asked = changed
          .filter((one) => one.device === device)
          .map(({ change }) => change.clientChangeId);
        const told = device.told.flatMap(({ name, data }) =>
          name === 'change_made' ? [data.clientChangeId] : [],
        );
        const refused = device.told.flatMap(({ name, data }) =>
          name === 'change_refused' ? [data.change.clientChangeId] : [],
        );
        expect([...told, ...refused].sort()).toEqual([...asked].sort());
        for (const id of CONVERSATIONS) {
          const mine = new Set(
            changed
              .filter((one) => one.device === device && one.change.conversationId === id)
              .map(({ change }) => change.clientChangeId),
          );
          const made = server.made.map((one) => one.clientChangeId).filter((one) => mine.has(one));
          expect(made).toEqual(asked.filter((one) => made.includes(one)));
          expect(new Set(made).size).toBe(made.length);
        }
        // Retention alone takes away what could be changed: no change came before its message.
        const isCut = CONVERSATIONS.some((id) => server.log(id).length < server.seq(id));
        expect(isCut || refused.length === 0).toBe(true);
      }
    }, 40);
  }, 180_000);

  it('tell the server how far everything was delivered and read', () => {
    check(({ devices, server, reads }) => {
      for (const { userId } of devices)
        for (const id of CONVERSATIONS) {
          expect(server.markOf('receipt.delivered', userId, id)).toBe(server.seq(id));
          const said = server.lastOf(id, userId);
          const read = Math.max(said, reads.get(`${userId} ${id}`) ?? 0);
          expect(server.markOf('receipt.read', userId, id)).toBe(read);
        }
    });
  }, 60_000);

  it('of one user agree with one another and with the server on what is read and unread', () => {
    check(({ devices, server }) => {
      for (const device of devices)
        for (const id of CONVERSATIONS) {
          const told = device.told.flatMap(({ name, data }) =>
            name === 'receipt' && data.conversationId === id && data.userId === device.userId
              ? [data.readSeq]
              : [],
          );
          expect(told).toEqual(told.toSorted((one, other) => one - other));
          expect(told.at(-1) ?? 0).toBe(server.markOf('receipt.read', device.userId, id));
        }
    });
  }, 180_000);

  it('are at rest when there is nothing to do', () => {
    check(({ devices }) => {
      for (const { state, told } of devices) {
        expect([...state.subscriptions.values()].map(({ askAt }) => askAt)).toEqual([Infinity, Infinity]);
        expect(told.at(-1)).toBeDefined();
        expect(state.link).toMatchObject({ kind: 'up', caughtUp: true });
      }
    });
  }, 180_000);
});
