import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';

const KEY = 'owner-key-of-the-test-server';
interface Found {
  readonly data: {
    message: { text: string; senderId: string };
    highlights: { start: number; end: number }[];
  }[];
  readonly page: { next: string | null };
  readonly code: string;
}

describe('Search over REST', () => {
  let server: RunningServer;
  let group: string;
  beforeEach(async () => {
    const clock = new DrivenClock();
    const env = { PORT: '0', POSTHORN_API_KEY: KEY, POSTHORN_TARGET: 'test' };
    server = await startServer({
      config: await readServerConfig(env, '/nowhere'),
      log: new MemoryLog(),
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: openTestTarget(clock),
    });
    group = String((await post('conversations', { kind: 'group', title: 'Talk', members: ['ben'] }))['id']);
    for (const text of ['lunch at noon', 'no lunch', 'Öl <b>']) {
      await post(`conversations/${group}/messages`, { text, clientMessageId: `c${text.length}` });
      await clock.advance(1000);
    }
  });
  afterEach(() => server.stop());

  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  async function post(path: string, body: object): Promise<Record<string, unknown>> {
    const init = { method: 'POST', headers, body: JSON.stringify(body) };
    const answer = await fetch(`${server.url}/v1/${path}?as=anna`, init);
    expect(answer.status).toBeLessThan(300);
    return (await answer.json()) as Record<string, unknown>;
  }
  const look = async (q: string, { as = 'anna', at = 'search', more = '' } = {}) => {
    const query = `${at}?as=${as}&q=${encodeURIComponent(q)}${more}`;
    const answer = await fetch(`${server.url}/v1/${query}`, { headers });
    return { status: answer.status, body: (await answer.json()) as Found };
  };
  const texts = ({ body }: { body: Found }): string[] => body.data.map(({ message }) => message.text);

  it('finds what was said where the user is, and where the words are in it', async () => {
    const { status, body } = await look('öl');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: [{ message: { text: 'Öl <b>', senderId: 'anna' }, highlights: [{ start: 0, end: 2 }] }],
      page: { next: null },
    });
    expect(texts(await look('lunch', { as: 'ben' }))).toEqual(['no lunch', 'lunch at noon']);
    expect(texts(await look('lunch', { as: 'zoe' }))).toEqual([]);
  });

  it('goes on from page to page', async () => {
    const first = await look('lunch', { more: '&limit=1' });
    const next = first.body.page.next ?? '';
    const second = await look('lunch', { more: `&limit=1&after=${next}` });
    expect([...texts(first), ...texts(second)]).toEqual(['no lunch', 'lunch at noon']);
    expect(second.body.page.next).toBeNull();
    expect(await look('lunch', { more: '&after=nonsense' })).toMatchObject({
      body: { code: 'invalid_cursor' },
    });
  });

  it('looks into one conversation, which is not there for others', async () => {
    const at = `conversations/${group}/search`;
    expect(texts(await look('noon', { at }))).toEqual(['lunch at noon']);
    expect(texts(await look('', { at }))).toHaveLength(3);
    const hidden = await look('noon', { at, as: 'zoe' });
    const missing = await look('noon', { at: 'conversations/cnv_nowhere/search' });
    expect(hidden).toMatchObject({ status: 404, body: { code: 'not_found' } });
    const { instance: _one, ...words } = hidden.body as Found & { instance: string };
    expect(missing.body).toMatchObject(words);
  });

  it.each([
    ['nothing', ''],
    ['only dates', 'after:2026-01-01'],
    ['a day that is none', 'lunch before:2026-02-31'],
    ['ten kilobytes', 'x'.repeat(10_000)],
  ])('refuses %s', async (_, q) => {
    expect(await look(q)).toMatchObject({ status: 422, body: { code: 'validation_failed' } });
  });

  it.each([
    'lunch "',
    'lunch *',
    'NEAR(lunch',
    'AND OR NOT',
    '^(\\w+\\s?)*$',
    "x' OR 1=1 --",
    '\u0000x',
    '{text}:x',
  ])('has an answer for %j', async (q) => {
    expect((await look(q)).status).toBe(200);
  });
});
