import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Get, Header, type MessageEvent, Param, Sse, StreamableFile } from '@nestjs/common';
import type { FastifyInstance } from 'fastify';
import { concat, NEVER, type Observable, of } from 'rxjs';
import { RestController } from '#adapters/rest/kit/rest-controller.js';
import { Public } from '#adapters/rest/kit/route.js';
import { LambdaHost } from '#test/fakes/lambda/lambda-host.js';
import { OWNER_KEY, startTestServer, type TestServer } from '#test/support/test-server.js';
import { handlerOf, type HttpAnswer } from './http.js';

const BYTES = Buffer.from([0, 0xff, 0xfe, 0x80, 0xc3, 0x28]);

@RestController('v1/odd')
class OddController {
  @Get('bytes')
  @Public()
  bytes(): StreamableFile {
    return new StreamableFile(BYTES);
  }

  @Get('named/:name')
  @Public()
  named(@Param('name') name: string): object {
    return { name };
  }

  @Sse('events')
  @Public()
  events(): Observable<MessageEvent> {
    return concat(of({ data: 'hello' }), NEVER);
  }

  @Get('large')
  @Public()
  @Header('content-type', 'text/plain')
  large(): string {
    return 'x'.repeat(7_000_000);
  }
}

describe('the function of the REST API', () => {
  let server: TestServer;
  let settled: number;
  beforeEach(async () => {
    settled = 0;
    server = await startTestServer({ controllers: [OddController] });
  });
  afterEach(() => server.close());

  const ask = async (
    method: string,
    path: string,
    {
      body,
      headers = {},
      event: more = {},
    }: { body?: Buffer | string; headers?: Record<string, string>; event?: object } = {},
  ): Promise<HttpAnswer | undefined> => {
    const [rawPath, rawQueryString = ''] = path.split('?');
    const event = {
      version: '2.0',
      routeKey: '$default',
      rawPath,
      rawQueryString,
      headers: { host: 'api.example', ...headers },
      requestContext: { http: { method, path: rawPath, sourceIp: '203.0.113.7' } },
      isBase64Encoded: Buffer.isBuffer(body),
      ...(body !== undefined && { body: Buffer.isBuffer(body) ? body.toString('base64') : body }),
      ...more,
    };
    const handler = handlerOf({
      server: server.app.getHttpAdapter().getInstance() as unknown as FastifyInstance,
      settled: async () => void (settled += 1),
      clock: server.clock,
      log: server.log,
    });
    return (await new LambdaHost(server.clock, 30_000).invoke(handler, event)).answer;
  };

  it('answers as the server does', async () => {
    const answer = await ask('GET', '/health/live');
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: false });
    expect(JSON.parse(answer?.body ?? '')).toEqual({ status: 'ok' });
    expect(settled).toBe(1);
  });

  it('says no in the words of the API', async () => {
    const answer = await ask('GET', '/v1/api-keys?limit=3');
    expect(answer).toMatchObject({ statusCode: 401 });
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'unauthenticated' });
    expect(answer?.headers?.['content-type']).toContain('application/problem+json');
  });

  it('takes bodies, as text and in base64, and repeats what it has answered', async () => {
    const headers = {
      authorization: `Bearer ${OWNER_KEY}`,
      'content-type': 'application/json',
      'idempotency-key': 'once',
    };
    const body = JSON.stringify({ name: 'Åsa’s', scopes: ['keys:read'] });
    const answers = [
      await ask('POST', '/v1/api-keys', { headers, body }),
      await ask('POST', '/v1/api-keys', { headers, body: Buffer.from(body) }),
    ];
    const [made, again] = answers.map((one) => JSON.parse(one?.body ?? '') as { id: string; name: string });
    expect(answers.map((one) => one?.statusCode)).toEqual([201, 201]);
    expect(made?.name).toBe('Åsa’s');
    expect(again?.id).toBe(made?.id);
  });

  it.each(['a%2fb', 'a%252fb', '100%', 'a b?c#d', 'Zoë', 'a:b@c'])(
    'is asked for what is called %j, as API Gateway has it when it has decoded the path',
    async (name) => {
      const rawPath = `/v1/odd/named/${name}`;
      const answer = await ask('GET', '/ignored', { event: { rawPath } });
      expect(JSON.parse(answer?.body ?? '')).toEqual({ name });
    },
  );

  it('hands bytes on as they are', async () => {
    const answer = await ask('GET', '/v1/odd/bytes');
    expect(answer).toMatchObject({ statusCode: 200, isBase64Encoded: true });
    expect(Buffer.from(answer?.body ?? '', 'base64')).toEqual(BYTES);
  });

  it('ends in time what has no end, with what it has said until then', async () => {
    let answer: HttpAnswer | undefined;
    void ask('GET', '/v1/odd/events').then((one) => (answer = one));
    while (!answer) await server.clock.advance(1_000);
    expect(answer.statusCode).toBe(200);
    expect(answer.headers?.['content-type']).toContain('text/event-stream');
    expect(answer.body).toContain('data: hello');
    expect(server.log.complaints).toEqual(['http.cut_off']);
  });

  it('answers something to a question whose answer would not fit', async () => {
    const answer = await ask('GET', '/v1/odd/large');
    expect(answer?.statusCode).toBe(500);
    expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'internal_error' });
    expect(server.log.complaints).toEqual(['http.answer_too_large']);
  });
});
