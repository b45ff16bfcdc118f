import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';

export interface HttpRequest {
  readonly method: string;
  /** As it stands on the request line: nothing is encoded or tidied up. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer | undefined;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Asks without the good manners of `fetch`, which would not send half of what hostile clients do. */
export function ask(url: string, { method, path, headers, body }: HttpRequest): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': String(body.length) };
    const asked = httpRequest({
      hostname,
      port,
      method,
      path,
      headers: { ...length, ...headers },
      agent: false,
    });
    // A server that refuses a body answers before all of it was sent, and the rest of it cannot be written then.
    asked.once('error', reject);
    asked.once('response', (response) => {
      asked.removeAllListeners('error').on('error', () => {});
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        const flat = Object.entries(answered).map(([name, value]) => [name, String(value)] as const);
        resolve({ status, headers: Object.fromEntries(flat), text: Buffer.concat(chunks).toString() });
      });
    });
    asked.end(body);
  });
}

/** Sends bytes as they are, and reads the first answer to them. */
export function say(url: string, bytes: Buffer): Promise<HttpAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let received = '';
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => {
      received += text;
      const answer = answerIn(received);
      if (answer) resolve(answer);
      if (answer) socket.destroy();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      const answer = answerIn(received, true);
      if (answer) resolve(answer);
      else reject(new Error(`The connection was closed after ${JSON.stringify(received.slice(0, 200))}`));
    });
    socket.write(bytes);
  });
}

function answerIn(received: string, ended = false): HttpAnswer | undefined {
  const [, status, head = '', text = ''] =
    /^HTTP\/1\.1 (\d{3})[^\r]*\r\n(.*?)\r\n\r\n(.*)$/s.exec(received) ?? [];
  if (status === undefined) return undefined;
  const headers = Object.fromEntries(
    head.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  const isWhole = ended || text.length >= Number(headers['content-length'] ?? Infinity);
  return isWhole ? { status: Number(status), headers, text } : undefined;
}
