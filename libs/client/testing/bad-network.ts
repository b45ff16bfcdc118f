import type { ChatEvent } from '../chat-events.js';
import { nextWake } from '../core/due.js';
import { step } from '../core/step.js';
import {
  type ChatState,
  type Effect,
  idOf,
  INITIAL,
  type Input,
  type Place,
  type Unsent,
} from '../core/state.js';
import type { Answer, Message, OutgoingChange, OutgoingMessage, Position } from '../frames.js';
import { ModelServer } from './model-server.js';

interface Wire {
  /** When the last frame of each direction arrives: the next one comes after it. */
  up: number;
  down: number;
  /** Conversations of which it is told in order, by a server that keeps the order of each connection. */
  readonly live: Set<string>;
}

/** A device: the core alone, and what it told and kept. */
export class Device {
  readonly userId: string;
  readonly told: ChatEvent[] = [];
  readonly places = new Map<string, Place>();
  readonly unsent = new Map<string, Unsent>();
  state: ChatState = INITIAL;
  wire: Wire | undefined;
  /** Of a wake, that a newer one has replaced. */
  wakes = 0;
  /** Of a call, likewise; also of everything that a reload ends. */
  calls = 0;

  constructor(userId: string) {
    this.userId = userId;
  }
}

/** Devices, a server, and what lies between, in a time that only goes on when it is told to. */
export class BadNetwork {
  readonly server = new ModelServer();
  readonly devices: readonly Device[];
  readonly sent: { device: Device; message: OutgoingMessage }[] = [];
  readonly changed: { device: Device; change: OutgoingChange }[] = [];
  /** How far each user has read each conversation. */
  readonly reads = new Map<string, number>();
  isBad = true;
  #now = 0;
  #random: () => number;
  #coming: { at: number; run: () => void }[] = [];

  readonly #keepsOrder: boolean;

  /** @param keepsOrder the server tells each connection everything in order; else it tells at random and answers holes */
  constructor(users: readonly string[], seed: number, keepsOrder: boolean) {
    this.#keepsOrder = keepsOrder;
    this.#random = randomFrom(seed);
    this.devices = users.map((userId) => new Device(userId));
    for (const device of this.devices) this.#begin(device);
  }

  send(device: Device, conversationId: string): void {
    const clientMessageId = `${device.userId}-${this.sent.length}`;
    const message = { conversationId, clientMessageId, text: clientMessageId };
    this.sent.push({ device, message });
    this.feed(device, { kind: 'send', message });
  }

  /** Of one of its own, sent or not, or of any message that it was told of. */
  change(device: Device, conversationId: string, pick: number): void {
    const clientChangeId = `${device.userId}-change-${this.changed.length}`;
    const own = this.sent.filter(
      (one) => one.device === device && one.message.conversationId === conversationId,
    );
    const seen = device.told.flatMap(({ name, data }) =>
      name === 'message' && data.conversationId === conversationId ? [data.id] : [],
    );
    const mine = own[pick % Math.max(1, own.length)];
    const messageId = seen[pick % Math.max(1, seen.length)];
    const base = { conversationId, clientChangeId };
    const change: OutgoingChange | undefined =
      mine && pick % 2 === 0
        ? {
            ...base,
            clientMessageId: mine.message.clientMessageId,
            action: 'message.edit',
            text: clientChangeId,
          }
        : messageId === undefined
          ? undefined
          : { ...base, messageId, action: 'message.react', emoji: clientChangeId, on: true };
    if (!change) return;
    this.changed.push({ device, change });
    this.feed(device, { kind: 'change', change });
  }

  /** All that the device was told. */
  read(device: Device, conversationId: string): void {
    const seq = device.state.subscriptions.get(conversationId)?.following.position.seq ?? 0;
    const key = `${device.userId} ${conversationId}`;
    this.reads.set(key, Math.max(this.reads.get(key) ?? 0, seq));
    this.feed(device, { kind: 'read', conversationId, seq });
  }

  edit(conversationId: string, pick: number): void {
    const message = this.server.edit(conversationId, pick);
    if (message) this.#tellAll('message.updated', message);
  }

  kill(device: Device): void {
    if (!device.wire) return;
    device.wire = undefined;
    const { calls } = device;
    this.#in(this.#random() * 100, () => {
      if (device.calls === calls)
        this.feed(device, { kind: 'lost', closing: { kind: 'reconnect', code: 'killed' } });
    });
  }

  /** The page is loaded again, or the process was killed and is back: only what was kept is left. */
  reload(device: Device): void {
    device.wire = undefined;
    device.calls++;
    device.state = INITIAL;
    this.#begin(device);
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      const [first] = this.#coming.sort((one, other) => one.at - other.at);
      if (!first || first.at > until) break;
      this.#coming.shift();
      this.#now = first.at;
      first.run();
    }
    this.#now = until;
  }

  feed(device: Device, input: Input): void {
    const { state, effects } = step(device.state, input, { now: this.#now, random: this.#random() });
    device.state = state;
    for (const effect of effects) this.#carryOut(device, effect);
    const wakes = ++device.wakes;
    const at = nextWake(device.state);
    if (at < Infinity)
      this.#in(
        Math.max(1, at - this.#now),
        () => device.wakes === wakes && this.feed(device, { kind: 'tick' }),
      );
  }

  #begin(device: Device): void {
    const { places, unsent } = device;
    this.feed(device, { kind: 'loaded', places: new Map(places), outbox: [...unsent.values()] });
    this.feed(device, { kind: 'start' });
  }

  #carryOut(device: Device, effect: Effect): void {
    switch (effect.kind) {
      case 'dial':
        return this.#dial(device, ++device.calls);
      case 'hang_up':
        device.wire = undefined;
        return;
      case 'request':
        return this.#request(device, effect);
      case 'tell':
        return void device.told.push(effect.event);
      case 'keep_place':
        return void device.places.set(effect.conversationId, effect.place);
      case 'forget_unsent':
        return void device.unsent.delete(idOf(effect.unsent));
      case 'keep_unsent': {
        const id = idOf(effect.unsent);
        device.unsent.set(id, { ...effect.unsent, kept: true });
        return this.#in(0, () => this.feed(device, { kind: 'kept', id }));
      }
      default:
        throw new Error(`Nobody asked for ${effect.kind}.`);
    }
  }

  #dial(device: Device, calls: number): void {
    const fails = this.#happens(0.2);
    this.#in(this.#random() * 50, () => {
      if (device.calls !== calls) return;
      if (fails) return this.feed(device, { kind: 'lost', closing: { kind: 'reconnect', code: 'refused' } });
      device.wire = { up: this.#now, down: this.#now, live: new Set() };
      this.feed(device, { kind: 'opened', userId: device.userId, expiresAt: undefined });
    });
  }

  /** A frame of a connection that ends may have arrived or not. */
  #request(device: Device, { id, action, data }: Extract<Effect, { kind: 'request' }>): void {
    const { wire } = device;
    if (!wire) return;
    wire.up = Math.max(wire.up, this.#now + this.#random() * 40) + 0.001;
    const arrives = this.#random() < 0.5;
    this.#in(wire.up - this.#now, () => {
      if (device.wire === wire || arrives) this.#serve(device, wire, { id, action, data: data as never });
    });
  }

  #serve(
    device: Device,
    wire: Wire,
    { id, action, data }: { id: string; action: string; data: never },
  ): void {
    if (action === 'resume' && this.#keepsOrder) return this.#resumeInOrder(device, wire, id, data);
    if (action === 'resume') {
      const { pushes, answer: said } = this.server.resume(data);
      const answer = this.#withMarks(device, said);
      for (const [event, pushed] of pushes)
        this.#down(device, wire, () => this.feed(device, { kind: 'push', event, data: pushed }));
      return this.#down(device, wire, () => this.feed(device, { kind: 'answer', id, answer }));
    }
    if (action.startsWith('message.') && this.#happens(0.05)) {
      const error = { code: 'rate_limited', detail: 'Not now.' };
      return this.#down(device, wire, () =>
        this.feed(device, { kind: 'answer', id, answer: { ok: false, error } }),
      );
    }
    const { answer, message } = this.#done(device, action, data);
    if (message) this.#tellAll(action === 'message.send' ? 'message.created' : 'message.updated', message);
    else if (action.startsWith('receipt.')) this.#tellMarks(device.userId, data);
    if (!this.#happens(0.1))
      this.#down(device, wire, () => this.feed(device, { kind: 'answer', id, answer }));
  }

  #done(device: Device, action: string, data: never): { answer: Answer; message: Message | undefined } {
    if (action === 'message.send') return this.server.append(device.userId, data);
    if (action.startsWith('message.')) return this.server.change(device.userId, data);
    return { answer: this.server.mark(action, device.userId, data), message: undefined };
  }

  #resumeInOrder(
    device: Device,
    wire: Wire,
    id: string,
    { conversations: asked }: { conversations: Record<string, Position> },
  ): void {
    const missed = Object.entries(asked).map(([of, from]) => [of, this.server.missed(of, from)] as const);
    const conversations = Object.fromEntries(missed.map(([of, { head }]) => [of, head]));
    const answer = this.#withMarks(device, { ok: true, data: { conversations } });
    this.#down(device, wire, () => this.feed(device, { kind: 'answer', id, answer }));
    for (const [of, { pushes }] of missed) {
      wire.live.add(of);
      for (const [event, pushed] of pushes)
        this.#down(device, wire, () => this.feed(device, { kind: 'push', event, data: pushed }));
    }
  }

  /** In order, as one connection keeps it, for as long as it is there. */
  #down(device: Device, wire: Wire, run: () => void): void {
    wire.down = Math.max(wire.down, this.#now + this.#random() * 40) + 0.001;
    this.#in(wire.down - this.#now, () => device.wire === wire && run());
  }

  /** What is told live may be lost, doubled, late and out of order. */
  #tellAll(event: string, message: Message): void {
    if (this.#keepsOrder) return this.#tellInOrder(event, message);
    for (const device of this.devices) {
      const { wire } = device;
      if (!wire || this.#happens(0.2)) continue;
      for (let copies = this.#happens(0.2) ? 2 : 1; copies > 0; copies--)
        this.#in(this.#random() * (this.isBad ? 400 : 20), () => {
          if (device.wire === wire) this.feed(device, { kind: 'push', event, data: message });
        });
    }
  }

  #tellInOrder(event: string, message: Message): void {
    const data = { ...message, position: this.server.head(message.conversationId) };
    for (const device of this.devices)
      if (device.wire?.live.has(message.conversationId))
        this.#down(device, device.wire, () => this.feed(device, { kind: 'push', event, data }));
  }

  /** All devices of the user, of whom some may not hear it. */
  #tellMarks(userId: string, { conversationId }: { conversationId: string }): void {
    const data = this.server.marksOf(userId, conversationId);
    for (const device of this.devices) {
      const { wire } = device;
      if (!wire || device.userId !== userId || this.#happens(0.2)) continue;
      this.#in(this.#random() * (this.isBad ? 400 : 20), () => {
        if (device.wire === wire) this.feed(device, { kind: 'push', event: 'receipt.updated', data });
      });
    }
  }

  #withMarks({ userId }: Device, answer: Answer): Answer {
    if (!answer.ok) return answer;
    const conversations = Object.entries(answer.data['conversations'] as Record<string, Position>).map(
      ([of, one]) => {
        const { deliveredSeq, readSeq } = this.server.marksOf(userId, of);
        return [of, { ...one, deliveredSeq, readSeq }];
      },
    );
    return { ok: true, data: { conversations: Object.fromEntries(conversations) } };
  }

  #happens(chance: number): boolean {
    return this.isBad && this.#random() < chance;
  }

  #in(ms: number, run: () => void): void {
    this.#coming.push({ at: this.#now + ms, run });
  }
}

/** The same numbers for the same seed (a linear congruence, of Numerical Recipes). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
}
