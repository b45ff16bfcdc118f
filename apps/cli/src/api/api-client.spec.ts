import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { type Answer, json, problem, refuses, ScriptedServer } from '../testing/scripted-server.js';
import { UsageTrouble } from '../trouble.js';
import { ApiClient } from './api-client.js';
import type { ApiTrouble } from './api-trouble.js';

const breaks: Answer = () => {
  throw new TypeError('fetch failed', {
    cause: Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' }),
  });
};

describe('the API client', () => {
  const clock = new DrivenClock();
  const clientOf = (server: ScriptedServer, key: string | undefined = 'k'): ApiClient =>
    new ApiClient({ url: 'http://posthorn.test/', key, clock, fetch: server.fetch });
  const troubleWith = (answer: Answer, key?: string): Promise<ApiTrouble> =>
    clientOf(new ScriptedServer().answers(answer), key)
      .get('/v1/lists')
      .then(
        () => Promise.reject(new Error('It went well.')),
        (error: ApiTrouble) => error,
      );

  it('repeats a request whose answer got lost, under the same Idempotency-Key', async () => {
    const server = new ScriptedServer().answers(breaks, json({ id: 'cmp_1' }));
    const keys: unknown[] = [];
    const noting: typeof fetch = (input, init) => {
      keys.push(new Headers(init?.headers).get('idempotency-key'));
      return server.fetch(input, init);
    };
    const posted = new ApiClient({ url: 'http://posthorn.test', key: 'k', clock, fetch: noting }).post(
      '/v1/campaigns',
      {},
    );
    await clock.advance(1000);
    expect(await posted).toEqual({ id: 'cmp_1' });
    expect(keys).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), keys[0]]);
  });

  it('waits as long as the server asks it to', async () => {
    const busy: Answer = () =>
      new Response(JSON.stringify({ code: 'rate_limited', title: '', detail: 'Slower.', errors: [] }), {
        status: 429,
        headers: { 'content-type': 'application/problem+json', 'retry-after': '7' },
      });
    const server = new ScriptedServer().answers(busy, json([]));
    const got = clientOf(server).get('/v1/lists');
    await clock.advance(6_900);
    expect(server.asked).toHaveLength(1);
    await clock.advance(200);
    expect(await got).toEqual([]);
  });

  it('does not insist where nobody listens', async () => {
    const server = new ScriptedServer().answers(refuses);
    await expect(clientOf(server).get('/v1/lists')).rejects.toMatchObject({
      message: 'Nothing answers at http://posthorn.test.',
      hint: expect.stringContaining('npm start'),
    });
    expect(server.asked).toHaveLength(1);
  });

  it('tells every fault of a request', async () => {
    const answer: Answer = () =>
      new Response(
        JSON.stringify({
          code: 'validation_failed',
          title: 'The request is not valid',
          detail: 'The campaign cannot be made like this.',
          errors: [
            { pointer: '/templateId', code: 'not_found', detail: 'No such template.' },
            { pointer: '/audience/listIds/0', code: 'not_found', detail: 'No such \u001b[31mlist.' },
          ],
        }),
        { status: 422, headers: { 'content-type': 'application/problem+json' } },
      );
    expect((await troubleWith(answer)).message.split('\n')).toEqual([
      'The campaign cannot be made like this. (validation_failed)',
      '  templateId: No such template. (not_found)',
      '  audience.listIds.0: No such  [31mlist. (not_found)',
    ]);
  });

  it('tells a missing key from a wrong one', async () => {
    const answer = problem(
      401,
      'unauthenticated',
      'Send `Authorization: Bearer <API key>` with a valid key.',
    );
    expect((await troubleWith(answer, 'wrong')).message).toBe(
      'The server does not take this API key. (unauthenticated)',
    );
    expect((await troubleWith(answer, '')).message).toBe('An API key is needed. (unauthenticated)');
  });

  it('has words for an answer that is none of ours', async () => {
    const page: Answer = () => new Response('<h1>It works!</h1>', { status: 404 });
    expect(await troubleWith(page)).toMatchObject({
      message: 'The server answered with HTTP 404.',
      hint: 'Is http://posthorn.test the address of a Posthorn server?',
    });
  });

  it('reads lists to their end', async () => {
    const server = new ScriptedServer().answers(
      json({ data: [1, 2], page: { next: 'cursor' } }),
      json({ data: [3], page: { next: null } }),
    );
    const read: number[] = [];
    for await (const one of clientOf(server).list<number>('/v1/lists')) read.push(one);
    expect(read).toEqual([1, 2, 3]);
  });

  it('refuses URLs and keys that cannot be right, without repeating the key', () => {
    const made = (url: string, key?: string) => () => new ApiClient({ url, key, clock });
    for (const url of ['posthorn', 'ftp://posthorn.test', 'http://user:canary@posthorn.test']) {
      expect(made(url)).toThrow(UsageTrouble);
      expect(made(url)).not.toThrow(/canary/);
    }
    expect(made('http://posthorn.test', 'canary\n')).toThrow(/API key has characters/);
    expect(made('http://posthorn.test', 'canary\n')).not.toThrow(/canary/);
  });
});
