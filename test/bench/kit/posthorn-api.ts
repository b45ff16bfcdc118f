import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { newsletter } from '../workload/newsletter.js';
import { pause } from './pause.js';

/** The equation of a campaign, as its statistics state it. */
export interface CampaignStats {
  readonly candidates: number;
  readonly pending: number;
  readonly submitting: number;
  readonly accepted: number;
  readonly unknown: number;
  readonly [state: string]: unknown;
}

export interface CampaignState {
  readonly status: string;
  /** ISO 8601; null before. */
  readonly finishedAt: string | null;
}

export interface Import {
  readonly status: string;
  readonly rows: number;
  readonly created: number;
  readonly rejected: number;
}

const IMPORT_LOOK_EVERY_MS = 200;
const PATIENCE_MS = 60_000;

/** What the benches ask of the server, by the public API. */
export class PosthornApi {
  readonly #url: string;
  readonly #key: string;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#key = key;
  }

  async isReady(): Promise<boolean> {
    return fetch(`${this.#url}/health/ready`).then(
      async (response) => {
        await response.arrayBuffer();
        return response.ok;
      },
      () => false,
    );
  }

  /** Uploads a CSV file into a new list and waits until all of it is in. */
  async importCsv(path: string, name: string): Promise<{ listId: string; imported: Import }> {
    const { id: listId } = (await this.#ask('POST', '/v1/lists', { name })) as { id: string };
    const response = await fetch(`${this.#url}/v1/subscribers/import?listId=${listId}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'text/csv' },
      body: Readable.toWeb(createReadStream(path)) as ReadableStream,
      duplex: 'half',
    });
    const { id } = (await answerOf(response, 'POST import')) as { id: string };
    let last = -1;
    let since = performance.now();
    for (;;) {
      const imported = (await this.#ask('GET', `/v1/imports/${id}`)) as Import;
      if (imported.status === 'finished' || imported.status === 'failed') return { listId, imported };
      if (imported.rows !== last) since = performance.now();
      last = imported.rows;
      if (performance.now() - since > PATIENCE_MS) throw new Error(`the import stands still at ${last} rows`);
      await pause(IMPORT_LOOK_EVERY_MS);
    }
  }

  /** A campaign over a list, ready to be started. */
  async draftCampaign(listId: string): Promise<string> {
    const { subject, html, text, from, shared } = newsletter;
    const template = { name: 'Newsletter', channel: 'email', subject, html, text };
    const { id: templateId } = (await this.#ask('POST', '/v1/templates', template)) as { id: string };
    const campaign = { name: 'Bench', from, templateId, audience: { listIds: [listId] }, data: shared };
    return ((await this.#ask('POST', '/v1/campaigns', campaign)) as { id: string }).id;
  }

  async startCampaign(id: string): Promise<void> {
    await this.#ask('POST', `/v1/campaigns/${id}/start`);
  }

  campaign(id: string): Promise<CampaignState> {
    return this.#ask('GET', `/v1/campaigns/${id}`) as Promise<CampaignState>;
  }

  stats(id: string): Promise<CampaignStats> {
    return this.#ask('GET', `/v1/campaigns/${id}/stats`) as Promise<CampaignStats>;
  }

  /** The workspace of the key, as users' tokens name it. */
  async workspace(): Promise<string> {
    const { token } = (await this.#ask('POST', '/v1/chat/tokens', { userId: 'bench' })) as { token: string };
    const claims = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
    return (JSON.parse(claims) as { workspace: string }).workspace;
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return answerOf(response, `${method} ${path}`);
  }
}

async function answerOf(response: Response, what: string): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${what}: ${response.status} ${text}`);
  return text === '' ? undefined : (JSON.parse(text) as unknown);
}
