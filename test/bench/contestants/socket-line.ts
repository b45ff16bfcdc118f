import { createHmac } from 'node:crypto';
import { FrameSocket } from './frame-socket.js';
import { type Heard, type Line, type LineOrders, numberAfter } from './line.js';

/** What the message of number n is called by its sender. */
const NAME = '"clientMessageId":"m';

/** A connection to a server of socket.io, ours or a bare one: packets as texts, read no further than need be. */
export class SocketLine implements Line {
  readonly userId: string;
  readonly #socket: FrameSocket;
  readonly #nsp: string;
  readonly #waiting = new Map<string, (packet: string) => void>();
  readonly #heard: Heard;
  #isDeaf = false;
  #frame: (n: number, text: string) => string = () => '';
  /** Of a push that is not of a message: its name. */
  pushed: (packet: string) => void = () => {};

  private constructor(orders: LineOrders, index: number, heard: Heard) {
    this.userId = `u${index}`;
    this.#heard = heard;
    this.#nsp = orders.kind === 'posthorn' ? '/chat,' : '';
    const from = `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
    this.#socket = new FrameSocket(
      orders.port,
      from,
      (packet) => this.#hear(packet),
      (error) => {
        if (!this.#isDeaf) throw error;
      },
    );
  }

  static async open(orders: LineOrders, index: number, heard: Heard): Promise<SocketLine> {
    const line = new SocketLine(orders, index, heard);
    await line.#when('open');
    line.#socket.send(`0${line.#nsp}${JSON.stringify(authOf(orders, line.userId))}`);
    await line.#when('0');
    return line;
  }

  /** From now on it talks to this user; of Posthorn in a conversation that is opened. */
  async talkTo(orders: LineOrders, userId: string): Promise<void> {
    if (orders.kind === 'posthorn') {
      const opened = await this.ask('conversation.open', { kind: 'direct', with: userId });
      this.talkIn(/"conversation":\{"id":"([^"]+)"/.exec(opened)?.[1] ?? '');
    } else
      this.#frame = (n, text) => `["message",{"to":"${userId}","clientMessageId":"m${n}","text":"${text}"}]`;
  }

  talkIn(conversationId: string): void {
    const beginning = `["message.send",{"conversationId":"${conversationId}","clientMessageId":"m`;
    this.#frame = (n, text) => `${beginning}${n}","text":"${text}"}]`;
  }

  /** From now on it talks to everybody in a room. @param id of Posthorn's */
  talkInRoom({ kind }: LineOrders, id: string): void {
    if (kind === 'posthorn') this.talkIn(id);
    else this.#frame = (n, text) => `["say",{"clientMessageId":"m${n}","text":"${text}"}]`;
  }

  send(n: number, text: string): void {
    this.#socket.send(`2${this.#nsp}${n}${this.#frame(n, text)}`);
  }

  /** Something that is no message. @returns its answer, as it came */
  async ask(event: string, data: object): Promise<string> {
    // Numbers that no message has: the answers would be taken for theirs.
    const id = 1_000_000_000 + this.#waiting.size;
    const answer = this.#when(`3${this.#nsp}${id}[`);
    this.#socket.send(`2${this.#nsp}${id}${JSON.stringify([event, data])}`);
    const said = await answer;
    if (!said.includes('"ok":true')) throw new Error(`${event}: ${said}`);
    return said;
  }

  /** Without an answer. */
  say(event: string, data: object): void {
    this.#socket.send(`2${this.#nsp}${JSON.stringify([event, data])}`);
  }

  /** Reads no more, and does not care when it is given up for that. */
  stopReading(): void {
    this.#isDeaf = true;
    this.#socket.stopReading();
  }

  close(): void {
    this.#socket.close();
  }

  #when(beginning: string): Promise<string> {
    return new Promise((resolve) => this.#waiting.set(beginning, resolve));
  }

  #hear(packet: string): void {
    if (this.#waiting.size > 0 && this.#isWaitedFor(packet)) return;
    const behind = 1 + this.#nsp.length;
    if (packet.startsWith('3')) {
      const n = Number.parseInt(packet.slice(behind, behind + 12), 10);
      if (packet.startsWith('[{"ok":true', packet.indexOf('[', behind))) this.#heard.acked(n);
      else this.#heard.refused(n, packet);
    } else if (packet.startsWith('["message', behind)) {
      const n = numberAfter(packet, NAME);
      // One's own comes back too: it is another device's news.
      if (n !== undefined && !packet.includes(`"senderId":"${this.userId}"`)) this.#heard.delivered(n);
    } else this.pushed(packet);
  }

  #isWaitedFor(packet: string): boolean {
    for (const [beginning, resolve] of this.#waiting) {
      if (!packet.startsWith(beginning)) continue;
      this.#waiting.delete(beginning);
      resolve(packet);
      return true;
    }
    return packet.startsWith('4') && this.#refused(packet);
  }

  #refused(packet: string): never {
    throw new Error(`not let in: ${packet}`);
  }
}

/** A bare server believes whatever it is told. */
export function authOf({ kind, tokenSecret = '', workspace, room }: LineOrders, userId: string): object {
  return kind === 'posthorn' ? { token: tokenOf(userId, workspace ?? '', tokenSecret) } : { userId, room };
}

export function tokenOf(userId: string, workspace: string, secret: string): string {
  const iat = Math.floor(Date.now() / 1000);
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const claims = { sub: userId, workspace, aud: 'posthorn', iat, exp: iat + 3600 };
  const signed = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}
