import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { SqliteEngine } from '#adapters/sqlite/engine/sqlite-engine.js';
import { ask, type HttpAnswer } from './http-client.js';

export const OWNER_KEY = 'c4nary-owner-key-of-the-hostile-suite';
export const PROVIDER_SECRET = 'c4nary-secret-of-a-provider';
export const THEIR_KEY = 'c4nary-key-of-another-workspace';
const ULID = '0'.repeat(26);
const DAY_MS = 86_400_000;

export type Json = Readonly<Record<string, unknown>>;
/** By placeholder, without its braces. */
export type Known = Readonly<Record<string, string>>;

/** Somebody with a key. */
export class Client {
  readonly url: string;
  readonly #key: string;

  constructor(url: string, key: string = OWNER_KEY) {
    this.url = url;
    this.#key = key;
  }

  send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const bytes =
      body === undefined ? undefined : Buffer.from(isRaw ? (body as string) : JSON.stringify(body));
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const all = { authorization: `Bearer ${this.#key}`, ...type, ...headers };
    return ask(this.url, { method, path, headers: all, body: bytes });
  }

  /** @throws Error unless it went well */
  async get(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Json> {
    const { status, text } = await this.send(method, path, body, headers);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return text === '' ? {} : (JSON.parse(text) as Json);
  }

  async make(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<string> {
    return String((await this.get('POST', path, body, headers))['id']);
  }

  /** Asks until the answer is what is hoped for, as often as it takes. */
  async until(path: string, hoped: (answer: Json) => boolean): Promise<Json> {
    for (;;) {
      const answer = await this.get('GET', path);
      if (hoped(answer)) return answer;
    }
  }

  async import(csv: string | Buffer, query = ''): Promise<Json> {
    const id = await this.make(`/v1/subscribers/import${query}`, csv, { 'content-type': 'text/csv' });
    return this.until(`/v1/imports/${id}`, ({ status }) => status === 'finished' || status === 'failed');
  }
}

/**
 * A data folder with a second workspace in it, of which the API makes only the first.
 * @param crowd devices of its user `crowd`
 */
export async function folderOfTwo(folder: string, crowd = 0): Promise<void> {
  await mkdir(folder, { recursive: true });
  const engine = await SqliteEngine.open(folder, (error) => {
    throw error;
  });
  await engine.close();
  const database = new DatabaseSync(join(folder, 'posthorn.db'));
  database
    .prepare('INSERT INTO workspaces (id, name, created_at) VALUES (?, ?, 0)')
    .run(`wsp_${ULID}`, 'Theirs');
  database
    .prepare(
      `INSERT INTO api_keys (id, workspace_id, name, token_hash, scopes, origin, created_at)
       VALUES (?, ?, 'Theirs', ?, ?, 'environment', 0)`,
    )
    .run(`key_${ULID}`, `wsp_${ULID}`, createHash('sha256').update(THEIR_KEY).digest(), '["admin"]');
  database
    .prepare(
      `WITH RECURSIVE numbers(n) AS (SELECT 1 WHERE ?1 > 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?1)
       INSERT INTO devices (workspace_id, user_id, place, id, platform, address, created_at)
       SELECT ?2, 'crowd', n, 'dev_' || n, 'ios', 'token:' || printf('%0152d', n), 0 FROM numbers`,
    )
    .run(crowd, `wsp_${ULID}`);
  database.close();
}

const hello = {
  name: 'Hello',
  subject: 'Hello {{name}}',
  html: '<p>Hello {{name}}</p>',
  text: 'Hello {{name}}',
};

/** Makes what the rows are about: something of every kind, in every state it can be in. */
export async function settle(url: string): Promise<Known> {
  const ours = new Client(url);
  const theirs = await inhabit(new Client(url, THEIR_KEY), 'theirs@canary.example');
  const known = await inhabit(ours, 'reader@canary.example');
  const template = (parts: object): Promise<string> => ours.make('/v1/templates', { name: 'x', ...parts });
  const loops = '{{#each list}}{{#each @root.list}}{{#each @root.list}}x{{/each}}{{/each}}{{/each}}';
  return {
    ...known,
    ...(await campaignsInEveryState(ours, known)),
    ...tokenIn((await ours.send('GET', '/outbox?part=headers')).text),
    'template.slow': await template({
      html: '<p>{{#each list}}{{#if a}}{{a}}{{/if}}{{/each}} {{b.c}}</p>'.repeat(165),
    }),
    'template.loop': await template({ text: loops }),
    'template.required': await template({
      text: '{{order.number}}',
      variables: [{ name: 'order.number', required: true }],
    }),
    'template.link': await template({ html: '<a href="{{url}}">x</a>' }),
    ...Object.fromEntries(Object.entries(theirs).map(([name, id]) => [`their.${name}`, id])),
    ...Object.fromEntries(Object.entries(theirs).map(([name, id]) => [`missing.${name}`, missing(id)])),
    key: OWNER_KEY,
    'key.short': OWNER_KEY.slice(0, -1),
    'key.upper': OWNER_KEY.toUpperCase(),
    'key.basic': Buffer.from(`:${OWNER_KEY}`).toString('base64'),
  };
}

/** One of each kind; the delivery is of a test mail, and sent. */
async function inhabit(client: Client, email: string): Promise<Known> {
  const list = await client.make('/v1/lists', { name: 'All' });
  const subscriber = await client.make('/v1/subscribers', { email, name: 'Ann', listIds: [list] });
  const template = await client.make('/v1/templates', hello);
  const draft = { name: 'x', from: email, templateId: template, audience: { listIds: [list] } };
  const delivery = await client.make(`/v1/templates/${template}/test-send`, {
    to: email,
    data: { name: 'x' },
  });
  await client.until(`/v1/deliveries/${delivery}`, ({ status }) => status === 'accepted');
  const { source } = await client.get('GET', `/v1/deliveries/${delivery}`);
  return {
    list,
    subscriber,
    template,
    campaign: await client.make('/v1/campaigns', draft),
    import: String((await client.import(`email\n${email}\n`))['id']),
    delivery,
    dispatch: String(source),
    suppression: await client.make('/v1/suppressions', { email: `gone.${email}` }),
    key: await client.make('/v1/api-keys', { name: 'x', scopes: ['workspace:read'] }),
    ...(await told(client, email)),
    ...(await chatted(client, email)),
  };
}

/** The owner of a conversation with a message and a file in it, and a token of theirs. */
async function chatted(client: Client, email: string): Promise<Known> {
  const [user = ''] = email.split('@');
  const as = `?as=${user}`;
  const room = { kind: 'room', title: 'Talk', members: ['ben'] };
  const conversation = await client.make(`/v1/conversations${as}`, room);
  const attachment = await client.make(`/v1/attachments${as}`, 'A plain text of canary.example.', {
    'content-type': 'application/octet-stream',
    'x-file-name': 'plain.txt',
  });
  const path = `/v1/conversations/${conversation}`;
  const said = { text: 'Hello', clientMessageId: 'hello', attachments: [attachment] };
  const later = { text: 'Later', sendAt: new Date(Date.now() + 30 * DAY_MS).toISOString() };
  const { token } = await client.get('POST', '/v1/chat/tokens', { userId: user });
  return {
    conversation,
    attachment,
    message: await client.make(`${path}/messages${as}`, said),
    scheduled: await client.make(`${path}/scheduled-messages${as}`, later),
    'user.token': String(token),
  };
}

/** Somebody with a device who was told something, in an inbox of theirs. */
async function told(client: Client, email: string): Promise<Known> {
  const [user = ''] = email.split('@');
  const inbox = await client.make('/v1/templates', {
    name: 'x',
    channel: 'inbox',
    subject: 'Hello',
    text: 'Hello {{name}}',
  });
  const type = user === 'theirs' ? 'their_note' : 'hostile_note';
  await client.get('POST', '/v1/notification-types', {
    type,
    lane: 'standard',
    channels: ['inbox'],
    templates: { inbox },
    requiredData: ['name'],
  });
  await client.get('PUT', `/v1/users/${user}`, { locale: 'de' });
  const device = { platform: 'ios', token: `${user}-${'t'.repeat(32)}` };
  const order = { type, to: { userId: user }, data: { name: 'x' } };
  const notification = await client.make('/v1/notifications', order);
  await client.until(`/v1/notifications/${notification}`, ({ status }) => status === 'delivered');
  const { data } = await client.get('GET', `/v1/users/${user}/inbox`);
  return {
    type,
    user,
    notification,
    'template.inbox': inbox,
    device: await client.make(`/v1/users/${user}/devices`, device),
    item: String((data as Json[])[0]?.['id']),
    // Of an event that never comes: nobody is dialled.
    endpoint: await client.make('/v1/webhook-endpoints', {
      url: 'https://hooks.canary.example/in',
      events: ['nothing.ever'],
    }),
  };
}

async function campaignsInEveryState(
  client: Client,
  { list = '', template = '', campaign = '' }: Known,
): Promise<Known> {
  const two = await client.make('/v1/lists', { name: 'Two' });
  for (const name of ['one', 'other'])
    await client.make('/v1/subscribers', { email: `${name}@canary.example`, listIds: [two] });
  const draft = (listId: string, parts: object = {}): Promise<string> =>
    client.make('/v1/campaigns', {
      name: 'x',
      from: 'news@canary.example',
      templateId: template,
      audience: { listIds: [listId] },
      ...parts,
    });
  const command = (id: string, name: string): Promise<Json> =>
    client.get('POST', `/v1/campaigns/${id}/${name}`);
  // A message in a hundred seconds: none goes out before all is over.
  const begun = async (): Promise<string> => {
    const id = await draft(two, { rate: 0.01 });
    await command(id, 'start');
    await client.until(`/v1/campaigns/${id}/stats`, ({ pending }) => pending === 2);
    return id;
  };
  const [finished, cancelled, running, paused] = [
    await draft(list),
    await draft(list),
    await begun(),
    await begun(),
  ];
  await command(cancelled, 'cancel');
  await command(paused, 'pause');
  await command(finished, 'start');
  await client.until(`/v1/campaigns/${finished}`, ({ status }) => status === 'finished');
  return {
    'campaign.draft': campaign,
    'campaign.scheduled': await draft(list, { scheduleAt: '2099-01-01T00:00:00Z' }),
    'campaign.running': running,
    'campaign.paused': paused,
    'campaign.cancelled': cancelled,
    'campaign.finished': finished,
  };
}

/** Of the newest mail's unsubscribe link. */
function tokenIn(page: string): Known {
  const token = /\/u\/([\w-]+)/.exec(page)?.[1];
  if (token === undefined) throw new Error('No mail shows an unsubscribe link.');
  return { token, 'token.half': token.slice(0, token.length / 2) };
}

/** An id of the same shape that nobody has; a name of the application's own that nobody has given. */
function missing(id: string): string {
  const other = id.replace(/(?<=_)[0-9a-z]{26}/, ULID);
  return other === id ? `no_${id}` : other;
}
