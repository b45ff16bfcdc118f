import type { Socket } from 'socket.io';
import { ChatSession, type SessionTools } from '#adapters/chat-frames/chat-session.js';
import { CLOSE_CODES, type Closing, isTerminal } from '#adapters/chat-frames/close-codes.js';
import { encoded } from '#adapters/chat-frames/push-frames.js';
import type { Answer, PushFrame, Wire } from '#adapters/chat-frames/wire.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { TokenUser } from '#ports/workspace/user-tokens.js';
import type { InboxWatch } from './inbox-namespace.js';
import { OutgoingQueue } from './outgoing-queue.js';
import { packetOf, sendPacket } from './packets.js';
import type { SocketNamespace, SocketUser } from './socket-namespace.js';

/** When the server stops its clients come again within so many milliseconds, each at a moment of its own. */
const COME_AGAIN_WITHIN_MS = 5_000;

/** The chat, live: the namespace `/chat` of socket.io. An event is a frame, its acknowledgement the answer. */
export class ChatNamespace implements SocketNamespace, InboxWatch {
  readonly path = '/chat';
  readonly #tools: SessionTools;
  readonly #randomness: Pick<Randomness, 'unit'>;
  readonly #wires = new Set<SocketWire>();
  readonly #users = new Map<string, Set<SocketWire>>();

  constructor(tools: SessionTools, randomness: Pick<Randomness, 'unit'>) {
    this.#tools = tools;
    this.#randomness = randomness;
  }

  async start(): Promise<void> {
    this.#tools.live.start();
    this.#tools.presence.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#tools.live.stop(), this.#tools.presence.stop()]);
  }

  farewell(): void {
    for (const wire of this.#wires) {
      const delayMs = Math.round(this.#randomness.unit() * COME_AGAIN_WITHIN_MS);
      const payload = { code: 'server_stopping', delayMs };
      wire.push({ event: 'reconnect', payload, json: JSON.stringify(payload), size: 64 });
    }
  }

  open(socket: Socket, user: SocketUser): void {
    const wire = new SocketWire(socket, this.path, (why) =>
      this.#tools.log.warn('chat.connection_closed', { why, workspaceId: user.workspaceId }),
    );
    const session = new ChatSession(user, socket.id, wire, this.#tools);
    this.#wires.add(wire);
    const key = keyOf(user);
    const ofUser = this.#users.get(key) ?? new Set();
    this.#users.set(key, ofUser.add(wire));
    socket.on('disconnect', () => {
      this.#wires.delete(wire);
      ofUser.delete(wire);
      if (ofUser.size === 0 && this.#users.get(key) === ofUser) this.#users.delete(key);
      session.closed();
    });
    // One listener rather than one for each frame: connections are many, and most are silent. What is no frame is answered too.
    socket.onAny((frame: unknown, ...sent: unknown[]) => void this.#ask(session, wire, String(frame), sent));
    session.open(user.expiresAt);
  }

  get isEmpty(): boolean {
    return this.#users.size === 0;
  }

  isThere(user: TokenUser): boolean {
    return this.#users.has(keyOf(user));
  }

  /** Something was put into the inbox of somebody who is connected here: they need no second connection to hear of it. */
  created(user: TokenUser, shown: object): void {
    const frame = encoded({ event: 'inbox.created', payload: shown });
    for (const wire of this.#users.get(keyOf(user)) ?? []) wire.push(frame);
  }

  /** A frame without data may come with its acknowledgement alone, and whoever wants no answer sends none. */
  async #ask(session: ChatSession, wire: SocketWire, frame: string, sent: readonly unknown[]): Promise<void> {
    const answer = sent.find((one) => typeof one === 'function') as ((said: Answer) => void) | undefined;
    const data = typeof sent[0] === 'function' ? undefined : sent[0];
    const said = await session.ask(frame, data);
    if (answer) wire.answer(said, answer);
  }
}

function keyOf({ workspaceId, userId }: TokenUser): string {
  return JSON.stringify([workspaceId, userId]);
}

class SocketWire implements Wire {
  readonly #socket: Socket;
  readonly #queue: OutgoingQueue<PushFrame>;
  readonly #closing: (why: Closing) => void;

  constructor(socket: Socket, path: string, closing: (why: Closing) => void) {
    this.#socket = socket;
    const send = (frame: PushFrame): void => sendPacket(socket.conn, packetOf(frame, path));
    this.#queue = new OutgoingQueue(socket.conn, send, () => this.close('slow_reader'));
    this.#closing = closing;
  }

  get hasRoom(): boolean {
    return this.#queue.hasRoom;
  }

  whenRoom(call: () => void): void {
    this.#queue.whenRoom(call);
  }

  push(frame: PushFrame): void {
    this.#queue.push(frame);
  }

  pass(frame: PushFrame): void {
    this.#queue.pass(frame, frame.replaces);
  }

  answer(said: Answer, send: (said: Answer) => void): void {
    this.#queue.answer(JSON.stringify(said).length, () => send(said));
  }

  close(why: Closing): void {
    this.#closing(why);
    // Whoever does not read would not read this either, and what waits for them is thrown away.
    if (why === 'slow_reader') this.#socket.conn.close(true);
    else {
      // socket.io has close codes of its own only: ours is said first.
      this.#socket.emit('closing', { code: why, number: CLOSE_CODES[why], terminal: isTerminal(why) });
      this.#socket.disconnect(true);
    }
  }
}
