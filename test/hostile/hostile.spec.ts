import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { corpus } from './corpus.js';
import { hostileFiles } from './csv-files.js';
import { describeRows } from './describe-rows.js';
import { HostileServer, MOST_LAG_MS } from './hostile-server.js';
import { type Json, OWNER_KEY } from './known-world.js';

/** This starts processes, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

describe('hostile input', () => {
  let server: HostileServer;
  beforeAll(async () => {
    server = await HostileServer.start();
  });
  afterAll(() => server.stop());

  it('would be noticed if it held the server up', async () => {
    await server.process.lag();
    server.process.hold();
    expect((await server.process.lag()).held).toBeGreaterThan(MOST_LAG_MS);
    expect((await server.process.lag()).held).toBeLessThan(MOST_LAG_MS);
  });

  describeRows(corpus, () => server);

  it('14. an unsubscribe link with any bit of it flipped: 400 invalid_token, and nobody is unsubscribed', async () => {
    const { token = '' } = server.known;
    const before = server.stored.things();
    const bytes = Buffer.from(token);
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const path = `/u/${[...flipped].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')}`;
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const { status, text } = await server.owner.send('POST', path, 'List-Unsubscribe=One-Click', type);
      // A byte of no UTF-8 is refused before anybody looks for a token.
      const codes = ['invalid_token', 'bad_request'];
      expect({ bit, status, code: codes.includes(String((JSON.parse(text) as Json)['code'])) }).toEqual({
        bit,
        status: 400,
        code: true,
      });
    }
    expect(server.stored.things()).toEqual(before);
  });

  it.each(hostileFiles)('15. a CSV with $name is $status, its good rows are kept', async (file) => {
    const before = server.stored.messages();
    let done: Json = {};
    await server.playInTime(async () => {
      done = await server.owner.import(file.bytes);
      return { status: 202, headers: {}, text: '' };
    });
    expect(done['status']).toBe(file.status);
    expect(Number(done['created']) + Number(done['updated'])).toBe(file.taken);
    if (file.reason) expect(done['reason']).toMatch(file.reason);
    const { text } = await server.owner.send('GET', `/v1/imports/${String(done['id'])}/errors`);
    const rejected = text.split('\r\n').slice(1, -1);
    expect(rejected.map((line) => line.split(',', 2).join(' '))).toEqual(file.rejected);
    expect(server.stored.messages()).toEqual(before);
    await server.isWell();
  });

  it('15. a CSV of 300 MB in one line that never ends takes no memory', async () => {
    const { rss: before } = await server.process.lag();
    const chunk = Buffer.alloc(1_048_576, 'x');
    const body = new ReadableStream<Uint8Array>({
      pull(stream) {
        stream.enqueue(chunk);
        if ((sent += 1) === 300) stream.close();
      },
    });
    let sent = 0;
    const headers = { authorization: `Bearer ${OWNER_KEY}`, 'content-type': 'text/csv' };
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const { id } = (await (await fetch(`${server.url}/v1/subscribers/import`, init)).json()) as Json;
    const done = await server.owner.until(`/v1/imports/${String(id)}`, ({ status }) => status === 'failed');
    expect(done['reason']).toMatch(/header/);
    expect((await server.process.lag()).rss - before).toBeLessThan(100 * 1_048_576);
  });

  it('15. a formula is written as text into an export, and comes back as it was', async () => {
    const { status, headers, text } = await server.owner.send('GET', '/v1/subscribers/export');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename="[\w-]+\.csv"$/),
      'x-content-type-options': 'nosniff',
    });
    expect(text).toContain(`"'=HYPERLINK(""http://evil"")"`);
    expect(text.split(/[\r\n,]+/).filter((cell) => /^"?[=+@\t-]/.test(cell))).toEqual([]);
    expect(await server.owner.import(text)).toMatchObject({ status: 'finished', created: 0, rejected: 0 });
    expect((await server.owner.send('GET', '/v1/subscribers/export')).text).toBe(text);
  });

  it('8. a mail in the outbox is shown without its scripts, and its page frames nothing else', async () => {
    const page = await server.owner.send('GET', '/outbox');
    expect(page.headers['content-security-policy']).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    expect(page.text).toMatch(/<iframe[^>]* sandbox=""/);
  });

  it('21. nobody it was asked about, and no secret, stands in its log, its metrics or its description', async () => {
    const pages = await Promise.all(
      ['/metrics', '/openapi.json', '/docs', '/health/ready', '/v1/providers', '/v1/lanes'].map(
        async (path) => (await server.owner.send('GET', path)).text,
      ),
    );
    const said = `${server.process.stdout}${server.process.stderr}`;
    expect(said.match(/"event":"http\.request"/g)?.length).toBeGreaterThan(corpus.length);
    for (const text of [said, ...pages]) expect(/.{0,40}c[a4]nary.{0,40}/i.exec(text)?.[0]).toBeUndefined();
  });

  it('leaves the lanes empty once the campaigns that waited are cancelled, with nothing sent', async () => {
    for (const state of ['running', 'paused']) {
      await server.owner.get('POST', `/v1/campaigns/${server.known[`campaign.${state}`] ?? ''}/cancel`);
    }
    const lanes = '/v1/lanes';
    await server.owner.until(lanes, (found) =>
      (found as unknown as Json[]).every(({ depth }) => depth === 0),
    );
    const { data } = await server.owner.get('GET', '/v1/deliveries?limit=200');
    const accepted = (data as Json[]).filter(({ status }) => status === 'accepted');
    // The test mail, the finished campaign's and the item in the inbox, as at the start.
    expect(accepted.map(({ address }) => address).toSorted()).toEqual([
      'reader',
      'reader@canary.example',
      'reader@canary.example',
    ]);
  });

  it('20. the process has lived through all of it, and stops in order', async () => {
    expect(await server.process.stop()).toBe(0);
    expect(server.process.stderr).toBe('');
    expect(server.complaints()).toEqual([]);
  });
});
