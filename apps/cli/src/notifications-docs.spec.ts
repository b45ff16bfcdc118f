import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { stripTypeScriptTypes } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { io } from 'socket.io-client';
import { channelRegistry } from '#adapters/channels/channel-registry.js';
import { legStates, notificationStatuses } from '#domain/communication/model/notification.js';
import { deliveryStatuses } from '#domain/delivery/model/delivery.js';
import type { Channel, Composing } from '#ports/delivery/channel.js';
import { startServer } from './demo/start-server.js';
import { type Answered, Reader } from './testing/reader.js';
import { blocksOf, requestsIn, type TypedRequest } from './testing/typed-document.js';

const DOCS = fileURLToPath(new URL('../../../../docs/', import.meta.url));
const KEY = 'key-of-the-reader';
const CHAT_JWT_SECRET = 'thirty-two bytes, as the page says';
const PATIENCE_MS = 240_000; // ms; a server in a process of its own
jest.setTimeout(PATIENCE_MS);

const read = (path: string): Promise<string> => readFile(join(DOCS, path), 'utf8');

/** The document was typed on the day before this one. */
const ITS_TOMORROW = /2026-12-24/g;
const DAY_MS = 86_400_000;

/** A zone in which it is about two in the night now: whatever the time, somebody is within their quiet hours. */
function zoneAsleep(now: Date): string {
  const ahead = ((2 - now.getUTCHours() + 12 + 24) % 24) - 12;
  // The names count the other way round: `Etc/GMT-2` is two hours ahead of UTC.
  return ahead === 0 ? 'Etc/GMT' : `Etc/GMT${ahead > 0 ? '-' : '+'}${Math.abs(ahead)}`;
}

describe('docs/notifications.md, and what channels add to it', () => {
  let folder: string;
  let server: Awaited<ReturnType<typeof startServer>>;
  let text: string;
  let typed: (readonly [TypedRequest, Answered])[];

  beforeAll(async () => {
    text = await read('notifications.md');
    folder = await mkdtemp(join(tmpdir(), 'posthorn-notifications-'));
    server = await startServer({ folder, env: { POSTHORN_API_KEY: KEY, CHAT_JWT_SECRET } });
    const now = new Date();
    const tomorrow = new Date(now.getTime() + DAY_MS).toISOString().slice(0, 10);
    const reader = new Reader(server.url, KEY, (words) =>
      words.replace(ITS_TOMORROW, tomorrow).replace('Europe/Vienna', zoneAsleep(now)),
    );
    typed = [];
    for (const request of requestsIn(text)) typed.push([request, await reader.type(request)]);
    for (const page of ['channels/push.md', 'channels/inbox.md']) {
      for (const request of requestsIn(await read(page))) typed.push([request, await reader.type(request)]);
    }
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const ask = async (path: string): Promise<unknown> =>
    (await fetch(`${server.url}${path}`, { headers: { authorization: `Bearer ${KEY}` } })).json();

  it('is answered as it shows, request by request', () => {
    expect(typed.length).toBeGreaterThan(20);
    for (const [{ method, path }, { status }] of typed) {
      const wanted = path.startsWith('/v1/notifications') && method === 'POST' ? [200, 202, 422] : [200, 201];
      expect({ path, fits: wanted.includes(status), status }).toMatchObject({ fits: true });
    }
    // It shows one refusal, and that is all that was refused.
    expect(typed.filter(([, { status }]) => status === 422)).toHaveLength(1);
  });

  it('shows the code where it says that one can read it', async () => {
    const [, place = ''] = /`http:\/\/127\.0\.0\.1:3000(\/outbox\?[^`]*)`/.exec(text) ?? [];
    const page = await (await fetch(server.url + place)).text();
    expect(page).toContain('482913 is your sign-in code for Acme.');
  });

  it('makes one of a request that is repeated', () => {
    const [first, second, ...more] = typed.flatMap(([{ headers }, answered]) =>
      'Idempotency-Key' in headers ? [answered] : [],
    );
    expect(more).toEqual([]);
    expect(second?.json).toEqual(first?.json);
    expect(first?.headers.get('idempotency-replayed')).toBeNull();
    expect(second?.headers.get('idempotency-replayed')).toBe('true');
  });

  it('lets a page of the user’s in with the token that it shows how to make', async () => {
    const [source = ''] = blocksOf(await read('channels/inbox.md'), 'js');
    const file = join(folder, 'token.mjs');
    await writeFile(file, source);
    const { tokenFor } = (await import(file)) as { tokenFor(...words: string[]): string };
    const { id } = (await ask('/v1/workspace')) as { id: string };
    const socket = io(`${server.url}/inbox`, { auth: { token: tokenFor('kim', id, CHAT_JWT_SECRET) } });
    try {
      const state = await new Promise((resolve, reject) => {
        socket.on('inbox:state', resolve).on('connect_error', reject);
      });
      expect(state).toEqual({ counts: { unseen: 0, unread: 0 }, items: [] });
    } finally {
      socket.disconnect();
    }
  });

  it('tells of the types that are there, all of them, as they are', async () => {
    const told = [
      ...text.matchAll(/^\| `([a-z_]+)` \| (\w+) \| (\w+) \| (yes|no) \| ([\w, ]+) \| (.*) \|$/gm),
    ];
    const { data } = (await ask('/v1/notification-types')) as { data: ShippedView[] };
    const own = typed.flatMap(([{ method, path, body }]) =>
      method === 'POST' && path === '/v1/notification-types'
        ? [(JSON.parse(body ?? '') as ShippedView).type]
        : [],
    );
    expect(told.map((row) => row.slice(1))).toEqual(
      data.filter(({ type }) => !own.includes(type)).map(rowOf),
    );
  });
});

interface ShippedView {
  readonly type: string;
  readonly category: string;
  readonly lane: string;
  readonly mandatory: boolean;
  readonly channels: readonly string[];
  readonly fallback: { readonly mode: string; readonly timeoutMs: number | null };
}

function rowOf({ type, category, lane, mandatory, channels, fallback }: ShippedView): string[] {
  const { mode, timeoutMs } = fallback;
  const used = mode === 'all' ? 'all at once' : 'one after the other';
  const each = timeoutMs === null ? '' : `, ${timeoutMs / 1000} s each`;
  return [type, category, lane, mandatory ? 'yes' : 'no', channels.join(', '), used + each];
}

describe('docs/status.md', () => {
  it.each([
    ['A notification', notificationStatuses],
    ['A leg', legStates],
    ['A delivery', deliveryStatuses],
  ])('tells every state under "%s", and no other', async (heading, states) => {
    const [, section = ''] =
      new RegExp(`^## ${heading}$([^]*?)(?=^## |$(?![^]))`, 'm').exec(await read('status.md')) ?? [];
    const told = [...section.matchAll(/^\| `(\w+)` \|/gm)].map(([, state]) => state);
    expect(told).toEqual([...states]);
  });
});

describe('docs/channels', () => {
  it('has a page for every channel', async () => {
    const pages = (await readdir(join(DOCS, 'channels'))).map((name) => name.replace(/\.md$/, ''));
    expect(pages.sort()).toEqual([...Object.keys(channelRegistry), 'adding-a-channel'].sort());
  });

  it.each(Object.keys(channelRegistry))(
    'names every variable that the providers of %s read',
    async (channel) => {
      const config = await readFile(join(DOCS, '../apps/server/src/config/channels-config.ts'), 'utf8');
      const known = namesIn(config, /'([A-Z]+_[A-Z_]+)'/g);
      const told = namesIn(await read(`channels/${channel}.md`), /`([A-Z]+_[A-Z_]+)`/g);
      // They are named after their provider.
      const providers = Object.keys(channelRegistry[channel]?.providers ?? {}).map((name) =>
        name.toUpperCase(),
      );
      const own = (name: string): boolean => providers.some((provider) => name.startsWith(`${provider}_`));
      expect(told.filter(own)).toEqual(known.filter(own));
    },
  );
});

function namesIn(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].sort();
}

describe('docs/channels/adding-a-channel.md', () => {
  it('shows a channel that keeps what channels promise', async () => {
    const [source = ''] = blocksOf(await read('channels/adding-a-channel.md'), 'ts');
    const file = fileURLToPath(new URL('../../../pager-channel-of-the-docs.mjs', import.meta.url));
    await writeFile(file, stripTypeScriptTypes(source));
    try {
      const { pager } = (await import(file)) as { pager: Channel };
      expect(pager.normalise('5551234')).toBe('5551234');
      expect(pager.normalise('555123')).toBeUndefined();
      const rendered = { subject: '', text: ' 911 ' };
      const message = pager.message({ deliveryId: 'dlv_1', to: '5551234', rendered } as Composing);
      expect(message).toEqual({ deliveryId: 'dlv_1', to: '5551234', digits: '911' });
      expect(pager.parts(message)).toEqual(['911']);
    } finally {
      await rm(file);
    }
  });
});

describe('the pages about notifications', () => {
  it('point at what is there', async () => {
    const channels = (await readdir(join(DOCS, 'channels'))).map((name) => `channels/${name}`);
    for (const page of ['notifications.md', 'status.md', 'webhooks.md', ...channels]) {
      for (const [, path = ''] of (await read(page)).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
        const there = /^https:/.test(path) || existsSync(join(DOCS, dirname(page), path));
        expect({ page, path, there }).toEqual({ page, path, there: true });
      }
    }
  });
});
