import { Pool } from 'undici';
import type { BatchBody } from './batch-body.js';
import type { PlainMail } from './plain-mail.js';

/** As little as one can do to hand mails to Resend over keep-alive connections. */
export class ResendClient {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;

  constructor(url: string, apiKey: string, connections: number) {
    this.#pool = new Pool(url, { connections, pipelining: 1 });
    this.#headers = {
      authorization: `Bearer ${apiKey}`,
      'content-type': 'application/json',
      'user-agent': 'bare-loop',
    };
  }

  /** One call for all of them; resolves with the number of ids in the answer. @throws Error for any other answer */
  async batch(mails: readonly PlainMail[], key: string, body?: BatchBody): Promise<number> {
    const answer = await this.#post('/emails/batch', body?.of(mails) ?? JSON.stringify(mails), key);
    return (answer as { data: { id: string }[] }).data.filter(({ id }) => id !== '').length;
  }

  async single(mail: PlainMail, key: string): Promise<number> {
    const answer = await this.#post('/emails', JSON.stringify(mail), key);
    return (answer as { id: string }).id === '' ? 0 : 1;
  }

  async close(): Promise<void> {
    await this.#pool.close();
  }

  async #post(path: string, body: string | Uint8Array, key: string): Promise<unknown> {
    const headers = { ...this.#headers, 'idempotency-key': key };
    const response = await this.#pool.request({ method: 'POST', path, headers, body });
    const answer = await response.body.text();
    if (response.statusCode !== 200) throw new Error(`${path}: ${response.statusCode} ${answer}`);
    return JSON.parse(answer) as unknown;
  }
}
