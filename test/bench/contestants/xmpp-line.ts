import { connect, type Socket } from 'node:net';
import type { Heard, Line } from './line.js';

const HOST = 'localhost';
const SM = 'urn:xmpp:sm:3';
const OPEN = `<stream:stream to='${HOST}' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>`;

/** Where the first element of a text ends that is whole; undefined if none is. A stream's own head has no end but its tag's. */
export function elementEnd(text: string): number | undefined {
  const head = text.indexOf('>');
  if (head < 0) return undefined;
  if (text.startsWith('<?') || text.startsWith('<stream:stream') || text.startsWith('</stream'))
    return head + 1;
  if (text[head - 1] === '/') return head + 1;
  const name = /^<([^\s>]+)/.exec(text)?.[1] ?? '';
  const tail = `</${name}>`;
  const at = text.indexOf(tail, head);
  return at < 0 ? undefined : at + tail.length;
}

/**
 * One client of an XMPP server, of no more than the bench needs: SASL PLAIN, a resource, stream management (XEP-0198) so that
 * a sender is told that the server has a message, and the size of the archive (XEP-0313).
 */
export class XmppLine implements Line {
  readonly userId: string;
  readonly #socket: Socket;
  readonly #heard: Heard;
  readonly #sent: number[] = [];
  #to = '';
  #text = '';
  #wanted: { readonly mark: string; readonly resolve: (element: string) => void } | undefined;
  /** Stanzas that each side has counted since stream management was switched on. */
  #received = 0;
  #acked = 0;
  #isCounting = false;

  private constructor(port: number, index: number, heard: Heard) {
    this.userId = `u${index}`;
    this.#heard = heard;
    this.#socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#receive(text));
    this.#socket.on('close', () => {
      throw new Error('the server has closed a connection');
    });
  }

  static async open(port: number, index: number, heard: Heard): Promise<XmppLine> {
    const line = new XmppLine(port, index, heard);
    await line.#ask(OPEN, '<stream:features');
    const credentials = Buffer.from(`\0${line.userId}\0secret`).toString('base64');
    await line.#ask(
      `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${credentials}</auth>`,
      '<success',
    );
    await line.#ask(OPEN, '<stream:features');
    const bind = "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>bench</resource></bind>";
    await line.#ask(`<iq type='set' id='bind'>${bind}</iq>`, '<iq');
    await line.#ask(`<enable xmlns='${SM}'/>`, '<enabled');
    line.#isCounting = true;
    // The presence is the first stanza that the server counts.
    line.#sent.push(-1);
    await line.#ask('<presence/>', '<presence');
    return line;
  }

  talkTo(userId: string): void {
    this.#to = `${userId}@${HOST}`;
  }

  send(n: number, text: string): void {
    this.#sent.push(n);
    const message = `<message to='${this.#to}' type='chat' id='m${n}'><body>${text}</body></message>`;
    this.#socket.write(`${message}<r xmlns='${SM}'/>`, 'latin1');
  }

  async archived(): Promise<number> {
    const page = "<set xmlns='http://jabber.org/protocol/rsm'><max>0</max></set>";
    const query = `<iq type='set' id='mam'><query xmlns='urn:xmpp:mam:2'>${page}</query></iq>`;
    this.#sent.push(-1);
    const answer = await this.#ask(query, '<iq');
    return Number(/<count[^>]*>(\d+)</.exec(answer)?.[1] ?? NaN);
  }

  close(): void {
    this.#socket.removeAllListeners('close').destroy();
  }

  #ask(text: string, mark: string): Promise<string> {
    return new Promise((resolve) => {
      this.#wanted = { mark, resolve };
      this.#socket.write(text);
    });
  }

  #receive(chunk: string): void {
    this.#text += chunk;
    for (let end = elementEnd(this.#text); end !== undefined; end = elementEnd(this.#text)) {
      const element = this.#text.slice(0, end);
      this.#text = this.#text.slice(end);
      this.#take(element);
    }
  }

  #take(element: string): void {
    if (element.startsWith('<a ')) return this.#tookUpTo(Number(/ h=['"](\d+)/.exec(element)?.[1]));
    if (element.startsWith('<r ')) return void this.#socket.write(`<a xmlns='${SM}' h='${this.#received}'/>`);
    const isMessage = element.startsWith('<message');
    if (this.#isCounting && (isMessage || element.startsWith('<iq') || element.startsWith('<presence')))
      this.#received += 1;
    const { mark, resolve } = this.#wanted ?? { mark: '', resolve: () => {} };
    if (mark !== '' && element.startsWith(mark)) {
      this.#wanted = undefined;
      return resolve(element);
    }
    if (element.startsWith('<failure') || element.startsWith('<stream:error')) throw new Error(element);
    if (!isMessage || !element.includes('<body')) return;
    const n = Number(/ id=['"]m(\d+)['"]/.exec(element)?.[1]);
    if (element.includes("type='error'")) this.#heard.refused(n, element);
    else this.#heard.delivered(n);
  }

  #tookUpTo(count: number): void {
    for (; this.#acked < count; this.#acked++) {
      const n = this.#sent.shift() ?? -1;
      if (n >= 0) this.#heard.acked(n);
    }
  }
}
