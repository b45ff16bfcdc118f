import { connect } from 'node:net';
import { type Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Get, HttpCode, Param, Post, Put, Query, Req, Res } from '@nestjs/common';
import { Type } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, MaxLength, ValidateNested } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AddressInfo } from 'node:net';
import { notFound } from '#domain/kernel/refusal.js';
import { startTestServer, type TestServer } from '#test/support/test-server.js';
import { Caller } from './caller.js';
import { PageQuery } from './page.query.js';
import { pageRequest, pageView } from './pages.js';
import { RestController } from './rest-controller.js';
import { Public, Scopes, Takes } from './route.js';

class AudienceBody {
  @IsArray()
  @IsString({ each: true })
  listIds!: string[];
}

class EchoBody {
  @IsString()
  @MaxLength(20)
  name!: string;

  @IsOptional()
  @IsInt()
  count?: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => AudienceBody)
  audience?: AudienceBody;
}

@RestController('v1/probes')
class ProbesController {
  @Post()
  @Scopes('campaigns:write')
  echo(@Body() body: EchoBody): unknown {
    return { name: body.name, is: body instanceof EchoBody };
  }

  @Get()
  @Scopes('campaigns:read')
  list(@Query() query: PageQuery, @Caller() caller: Caller): unknown {
    const asked = pageRequest(query, 'probes');
    const page = { data: [asked.limit, asked.after ?? 'start'], next: 'prb_9' };
    return { workspaceId: caller.workspaceId, ...pageView(page, 'probes', String) };
  }

  @Get('others')
  @Scopes('campaigns:read')
  others(@Query() query: PageQuery): unknown {
    return pageRequest(query, 'others');
  }

  @Get(':id')
  @Scopes('campaigns:read')
  find(@Param('id') id: string): unknown {
    if (id === 'boom') throw new Error('the password is hunter2');
    throw notFound('probe');
  }

  @Get('stream/broken')
  @Scopes('campaigns:read')
  async broken(@Res() reply: FastifyReply): Promise<void> {
    reply.raw.write('half an ');
    await Promise.resolve();
    throw new Error('the rest is lost');
  }

  @Post('csv')
  @Scopes('subscribers:write')
  @Takes('csv')
  @HttpCode(202)
  async csv(@Req() request: FastifyRequest): Promise<unknown> {
    let bytes = 0;
    for await (const chunk of request.body as Readable) bytes += (chunk as Buffer).length;
    return { bytes };
  }

  @Post('file')
  @Scopes('subscribers:write')
  @Takes('file')
  @HttpCode(200)
  file(@Req() request: FastifyRequest): Promise<unknown> {
    return this.csv(request);
  }

  @Post('form')
  @Public()
  @Takes('form')
  @HttpCode(200)
  form(@Body() body: Record<string, string>): unknown {
    return body;
  }

  @Post('raw')
  @Public()
  @Takes('raw')
  @HttpCode(200)
  raw(@Body() body: Buffer): unknown {
    return { hex: body.toString('hex') };
  }

  @Put('unsaid')
  unsaid(): string {
    return 'open to the world';
  }
}

describe('the REST kit', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({ controllers: [ProbesController], door: { bodyLimitBytes: 4096 } });
  });
  afterEach(() => server.close());
  const post = (body: string | Buffer, headers: Record<string, string> = {}) =>
    server
      .as()
      .post('/v1/probes')
      .set({ 'content-type': 'application/json', ...headers })
      .serialize((sent: unknown) => sent as string)
      .send(body as string);

  describe('the door', () => {
    it('lets a valid key in, and tells the handler whose it is', async () => {
      const answer = await server.as().get('/v1/probes').expect(200);
      expect(answer.body.workspaceId).toMatch(/^wsp_/);
    });

    it.each([
      ['no key', undefined],
      ['another scheme', 'Basic dXNlcjpwYXNz'],
      ['a key nobody has', `Bearer phk_${'0'.repeat(26)}_${'0'.repeat(32)}`],
      ['a key that is too short', 'Bearer x'],
      ['a key that is far too long', `Bearer ${'x'.repeat(5000)}`],
      ['an empty key', 'Bearer '],
    ])('turns away %s with 401', async (_what, authorization) => {
      const asking = server.anybody().get('/v1/probes');
      const answer = await (authorization === undefined
        ? asking
        : asking.set('authorization', authorization));
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer realm="posthorn"');
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.body).toMatchObject({ status: 401, code: 'unauthenticated', errors: [] });
    });

    it('turns away a key without the scope with 403, and names the scope', async () => {
      const key = await server.issueKey(['campaigns:read']);
      await server.as(key).get('/v1/probes').expect(200);
      const answer = await server.as(key).post('/v1/probes').send({ name: 'x' }).expect(403);
      expect(answer.body).toMatchObject({
        code: 'forbidden',
        detail: expect.stringContaining('campaigns:write'),
      });
    });

    it('opens a path that says nothing about access to nobody, not even the owner', async () => {
      await server.as().put('/v1/probes/unsaid').expect(403);
    });

    it('does not read the body of somebody it turns away', async () => {
      const answer = await server
        .anybody()
        .post('/v1/probes')
        .set('content-type', 'application/json')
        .send('{not json');
      expect(answer.status).toBe(401);
    });

    it('answers 404 for a path that is not there, with or without a key', async () => {
      await server.anybody().get('/v1/nowhere').expect(404);
      const answer = await server.as().get('/v1/nowhere').expect(404);
      expect(answer.body).toMatchObject({ code: 'not_found', detail: 'No such path.' });
    });

    it('answers a HEAD as it would a GET', async () => {
      await server.as().head('/v1/probes').expect(200);
      await server.anybody().head('/v1/probes').expect(401);
    });
  });

  describe('problems', () => {
    it('say what is wrong, of which kind, and under which number it is logged', async () => {
      const answer = await server.as().get('/v1/probes/prb_1').expect(404);
      expect(answer.body).toEqual({
        type: '/docs#problem-not-found',
        title: 'There is no such thing',
        status: 404,
        detail: 'No such probe.',
        instance: `urn:posthorn:request:${answer.headers['x-request-id']}`,
        code: 'not_found',
        errors: [],
      });
      expect(answer.headers['x-request-id']).toMatch(/^req_[0-9a-z]{26}$/);
    });

    it('tell nothing of our own faults, which are logged', async () => {
      const answer = await server.as().get('/v1/probes/boom').expect(500);
      expect(answer.body).toMatchObject({ code: 'internal_error', status: 500 });
      expect(answer.text).not.toMatch(/hunter2|at |\.ts|\.js/);
      const [entry] = server.log.entries.filter(({ event }) => event === 'http.failed');
      expect(entry?.fields).toMatchObject({
        requestId: answer.headers['x-request-id'],
        route: 'GET /v1/probes/:id',
      });
    });

    it('break off an answer that has begun, rather than letting it pass for whole', async () => {
      await expect(server.as().get('/v1/probes/stream/broken')).rejects.toThrow(/aborted|hang up/);
    });
  });

  describe('security headers', () => {
    it.each(['/v1/probes', '/v1/nowhere', '/health/live'])('stand on every answer: %s', async (path) => {
      const { headers } = await server.as().get(path);
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'cache-control': 'no-store',
      });
      expect(headers).not.toHaveProperty('x-powered-by');
    });
  });

  describe('bodies', () => {
    it('become instances of the declared class', async () => {
      const answer = await post('{"name":"Zoë","count":3,"audience":{"listIds":["lst_1"]}}').expect(201);
      expect(answer.body).toEqual({ name: 'Zoë', is: true });
    });

    it.each([
      ['an unknown field', { name: 'x', workspaceId: 'wsp_1' }, [['/workspaceId', 'unknown_field']]],
      [
        'an unknown field further in',
        { name: 'x', audience: { listIds: [], all: true } },
        [['/audience/all', 'unknown_field']],
      ],
      ['an object for a text', { name: { $ne: null } }, [['/name', 'wrong_type']]],
      ['a number for a text', { name: 5 }, [['/name', 'wrong_type']]],
      ['a text for a number', { name: 'x', count: '3' }, [['/count', 'wrong_type']]],
      ['a missing field', {}, [['/name', 'required']]],
      ['a text that is too long', { name: 'x'.repeat(21) }, [['/name', 'too_long']]],
      ['a wrong item', { name: 'x', audience: { listIds: [1] } }, [['/audience/listIds', 'wrong_type']]],
      ['a text for an object', { name: 'x', audience: 'all' }, [['/audience', 'wrong_type']]],
      ['the name of a method', { name: 'x', toString: 'y' }, [['/toString', 'unknown_field']]],
      ['a list', [], [['', 'wrong_type']]],
      ['a text', 'name', [['', 'wrong_type']]],
      ['null', null, [['', 'wrong_type']]],
    ])('with %s are refused with 422, and with where', async (_what, body, expected) => {
      const answer = await post(JSON.stringify(body)).expect(422);
      expect(answer.body.code).toBe('validation_failed');
      const faults = (answer.body.errors as { pointer: string; code: string }[]).map(({ pointer, code }) => [
        pointer,
        code,
      ]);
      expect(faults.sort()).toEqual(expected);
    });

    it('that are missing altogether are refused with 422', async () => {
      expect((await server.as().post('/v1/probes').expect(422)).body.errors).toHaveLength(1);
      expect((await post('').expect(422)).body.errors).toHaveLength(1);
    });

    it.each([
      ['{"__proto__":{"admin":1}}', 422, 'validation_failed'],
      ['{"constructor":{"prototype":{"admin":1}}}', 422, 'validation_failed'],
      ['{"name":"x","audience":{"constructor":"y"}}', 422, 'validation_failed'],
      ['{"name":', 400, 'invalid_json'],
      ['['.repeat(3000), 400, 'invalid_json'],
    ])('such as %s are refused', async (text, status, code) => {
      const answer = await post(text).expect(status);
      expect(answer.body.code).toBe(code);
      expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
    });

    it('that are not UTF-8 are refused with 400', async () => {
      const answer = await post(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])).expect(400);
      expect(answer.body.code).toBe('invalid_encoding');
    });

    it('over the limit are refused with 413, announced or not', async () => {
      const large = JSON.stringify({ name: 'x'.repeat(5000) });
      expect((await post(large).expect(413)).body.code).toBe('body_too_large');
      const chunked = await rawRequest(server, [
        'POST /v1/probes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer owner-key-of-the-test-server\r\n',
        'content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n',
        ...Array.from({ length: 6 }, () => `400\r\n${' '.repeat(1024)}\r\n`),
      ]);
      expect(chunked).toMatch(/^HTTP\/1\.1 413 /);
    });

    it.each([
      'text/plain',
      'application/xml',
      'text/csv',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=b',
    ])('of type %s are refused with 415 where JSON is taken', async (type) => {
      const answer = await post('name=x', { 'content-type': type }).expect(415);
      expect(answer.body.code).toBe('unsupported_media_type');
    });

    it('may come compressed', async () => {
      const zipped = gzipSync('{"name":"zipped"}');
      await post(zipped, { 'content-encoding': 'gzip' }).expect(201);
    });

    it('that are compressed bombs are refused with 413 when the limit is passed', async () => {
      const bomb = gzipSync(Buffer.alloc(3_000_000, ' '));
      expect(bomb.length).toBeLessThan(4096);
      const answer = await post(bomb, { 'content-encoding': 'gzip' }).expect(413);
      expect(answer.body.code).toBe('body_too_large');
    });

    it('that only pretend to be compressed, or break off, are refused with 400', async () => {
      expect((await post('{"name":"x"}', { 'content-encoding': 'gzip' }).expect(400)).body.code).toBe(
        'invalid_encoding',
      );
      const torn = gzipSync('{"name":"x"}').subarray(0, 20);
      expect((await post(torn, { 'content-encoding': 'gzip' }).expect(400)).body.code).toBe(
        'invalid_encoding',
      );
    });

    it('in a coding we do not know are refused with 415', async () => {
      expect((await post('x', { 'content-encoding': 'br' }).expect(415)).body.code).toBe(
        'unsupported_media_type',
      );
    });

    it('that are streamed are neither buffered nor bounded', async () => {
      const rows = 'a@example.com,Ann\n'.repeat(100_000);
      const csv = server.as().post('/v1/probes/csv').set('content-type', 'text/csv');
      expect((await csv.send(rows).expect(202)).body).toEqual({ bytes: rows.length });
    });

    it('other than CSV are refused with 415 where CSV is taken', async () => {
      await server.as().post('/v1/probes/csv').send({ name: 'x' }).expect(415);
    });

    it('of forms are taken where a form is, and JSON is not', async () => {
      const form = await server
        .anybody()
        .post('/v1/probes/form')
        .type('form')
        .send('List-Unsubscribe=One-Click')
        .expect(200);
      expect(form.body).toEqual({ 'List-Unsubscribe': 'One-Click' });
      await server.anybody().post('/v1/probes/form').send({ a: 1 }).expect(415);
    });

    it('reach a handler that checks signatures to the byte, of whatever type', async () => {
      for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
        const sent = server
          .anybody()
          .post('/v1/probes/raw')
          .set('content-type', type)
          .serialize((text: unknown) => text as string);
        expect((await sent.send('{"a": 1}\r\n').expect(200)).body).toEqual({ hex: '7b2261223a20317d0d0a' });
      }
    });

    it('come as the bytes they are where they say nothing of their type, within the same bound', async () => {
      const send = (path: string, bytes: Buffer) =>
        server.as().post(path).set('content-type', 'application/octet-stream').send(bytes);
      const raw = await send('/v1/probes/raw', Buffer.from('\0\xff', 'latin1')).expect(200);
      expect(raw.body).toEqual({ hex: '00ff' });
      await send('/v1/probes/raw', Buffer.alloc(5000)).expect(413);
      await send('/v1/probes', Buffer.from('{}')).expect(415);
      await send('/v1/probes/csv', Buffer.from('a')).expect(415);
    });

    it('are the stream itself, however large, where a path takes files', async () => {
      const send = (type: string) =>
        server
          .as()
          .post('/v1/probes/file')
          .set('content-type', type)
          .serialize((bytes: unknown) => bytes as string)
          .send(Buffer.alloc(100_000) as unknown as string);
      expect((await send('application/octet-stream').expect(200)).body).toEqual({ bytes: 100_000 });
      await send('text/csv').expect(415);
    });
  });

  describe('queries', () => {
    it('have defaults, and numbers that are numbers', async () => {
      expect((await server.as().get('/v1/probes')).body.data).toEqual(['50', 'start']);
      expect((await server.as().get('/v1/probes?limit=7')).body.data).toEqual(['7', 'start']);
    });

    it.each([
      ['limit=0', 'limit', 'too_small'],
      ['limit=201', 'limit', 'too_large'],
      ['limit=ten', 'limit', 'wrong_type'],
      ['limit=1.5', 'limit', 'wrong_type'],
      ['sort=name', 'sort', 'unknown_field'],
      ['after=a&after=b', 'after', 'wrong_type'],
    ])('such as ?%s are refused with 422', async (query, pointer, code) => {
      const answer = await server.as().get(`/v1/probes?${query}`).expect(422);
      expect(answer.body.errors).toContainEqual({ pointer, code, detail: expect.any(String) });
    });

    it('take the cursor of the page before', async () => {
      const { page } = (await server.as().get('/v1/probes')).body;
      expect((await server.as().get(`/v1/probes?after=${page.next}`)).body.data).toEqual(['50', 'prb_9']);
    });

    it.each(['prb_9', 'bm9uc2Vuc2U', 'WyJvdGhlcnMiLCJwcmJfOSJd', '%00'])(
      'refuse %s as a cursor',
      async (cursor) => {
        const answer = await server.as().get(`/v1/probes?after=${cursor}`).expect(400);
        expect(answer.body.code).toBe('invalid_cursor');
      },
    );
  });

  it('breaks off a body that does not come', async () => {
    await server.close();
    server = await startTestServer({ controllers: [ProbesController], door: { bodyTimeoutMs: 30 } });
    const answer = await rawRequest(server, [
      'POST /v1/probes HTTP/1.1\r\nhost: x\r\nauthorization: Bearer owner-key-of-the-test-server\r\n',
      'content-type: application/json\r\ncontent-length: 100\r\n\r\n{"name":',
    ]);
    expect(answer).toBe('');
  });
});

/** Sends bytes as they are, and answers everything that comes back until the connection ends. */
async function rawRequest(server: TestServer, parts: readonly string[]): Promise<string> {
  const http = server.app.getHttpServer();
  if (!http.listening) await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const socket = connect((http.address() as AddressInfo).port, '127.0.0.1');
  let received = '';
  socket.on('data', (bytes) => (received += bytes.toString()));
  socket.on('error', () => {});
  for (const part of parts) socket.write(part);
  await new Promise<void>((resolve) => socket.on('close', () => resolve()));
  return received;
}
