import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Get, type MessageEvent } from '@nestjs/common';
import { NEVER, Observable, startWith } from 'rxjs';
import { startTestServer, type TestServer } from '#test/support/test-server.js';
import { EventStream } from './end-streams.js';
import { Lifecycle } from './lifecycle.js';
import { RestController } from './rest-controller.js';
import { Public, Scopes } from './route.js';

@RestController('v1/doors')
class DoorsController {
  @Get()
  @Scopes('campaigns:read')
  keyed(): string[] {
    return [];
  }

  @EventStream('watch')
  @Scopes('campaigns:read')
  watch(): Observable<MessageEvent> {
    return NEVER.pipe(startWith({ data: 'first' }));
  }

  @Get('open')
  @Public()
  open(): string[] {
    return [];
  }
}

describe('rate limits at the door', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await startTestServer({
      controllers: [DoorsController],
      door: { perKey: { perSecond: 2, burst: 4 }, perAddress: { perSecond: 1, burst: 3 } },
    });
  });
  afterEach(() => server.close());

  it('tell with every answer what the limit is and what is left of it', async () => {
    const answer = await server.as().get('/v1/doors').expect(200);
    expect(answer.headers['ratelimit-policy']).toBe('"default";q=4;w=2');
    expect(answer.headers['ratelimit']).toBe('"default";r=3;t=1');
  });

  it('answer 429 with Retry-After to a key that asks too much, and let it in again then', async () => {
    for (let n = 0; n < 4; n++) await server.as().get('/v1/doors').expect(200);
    const answer = await server.as().get('/v1/doors').expect(429);
    expect(answer.headers['retry-after']).toBe('1');
    expect(answer.headers['ratelimit']).toBe('"default";r=0;t=2');
    expect(answer.body).toMatchObject({ code: 'rate_limited', status: 429 });
    await server.clock.advance(500);
    await server.as().get('/v1/doors').expect(200);
    await server.as().get('/v1/doors').expect(429);
  });

  it('count each key for itself', async () => {
    const other = await server.issueKey(['admin']);
    for (let n = 0; n < 5; n++) await server.as().get('/v1/doors');
    await server.as(other).get('/v1/doors').expect(200);
  });

  it('slow down whoever guesses keys, without slowing down who has one', async () => {
    await server.as().get('/v1/doors').expect(200);
    const guesses = [];
    for (let n = 0; n < 4; n++) guesses.push((await server.as(`phk_guess_${n}`).get('/v1/doors')).status);
    expect(guesses).toEqual([401, 401, 429, 429]);
    await server.as().get('/v1/doors').expect(200);
  });

  it('count what is open to anybody per address', async () => {
    for (let n = 0; n < 3; n++) await server.anybody().get('/v1/doors/open').expect(200);
    await server.anybody().get('/v1/doors/open').expect(429);
  });

  it('do not apply to health and metrics', async () => {
    for (let n = 0; n < 10; n++) await server.anybody().get('/health/live').expect(200);
    for (let n = 0; n < 10; n++) await server.anybody().get('/metrics').expect(200);
  });

  it('believe no X-Forwarded-For by default', async () => {
    const asking = (ip: string) => server.anybody().get('/v1/doors/open').set('x-forwarded-for', ip);
    for (let n = 0; n < 3; n++) await asking(`192.0.2.${n}`).expect(200);
    await asking('192.0.2.99').expect(429);
  });

  it('believe the X-Forwarded-For of a proxy one trusts', async () => {
    await server.close();
    server = await startTestServer({
      controllers: [DoorsController],
      door: { perAddress: { perSecond: 1, burst: 1 }, trustedProxies: ['127.0.0.0/8', '::1'] },
    });
    const asking = (ip: string) => server.anybody().get('/v1/doors/open').set('x-forwarded-for', ip);
    await asking('192.0.2.1').expect(200);
    await asking('192.0.2.2').expect(200);
    await asking('192.0.2.1').expect(429);
  });
});

describe('the life of the server', () => {
  it('holds requests back until it serves, and answers them then', async () => {
    const server = await startTestServer({ controllers: [DoorsController], serving: false });
    const early = server
      .as()
      .get('/v1/doors')
      .then((answer) => answer.status);
    await server.anybody().get('/health/live').expect(200);
    const ready = await server.anybody().get('/health/ready').expect(503);
    expect(ready.body).toEqual({ status: 'unavailable', reasons: ['The server is starting.'] });
    server.app.get(Lifecycle).serve();
    expect(await early).toBe(200);
    await server.close();
  });

  it('takes no more work once it stops, and asks to come back on another connection', async () => {
    const server = await startTestServer({ controllers: [DoorsController] });
    server.app.get(Lifecycle).drain();
    const answer = await server.as().get('/v1/doors').expect(503);
    expect(answer.body.code).toBe('shutting_down');
    expect(answer.headers).toMatchObject({ 'retry-after': '1', connection: 'close' });
    await server.anybody().get('/health/live').expect(200);
    expect((await server.anybody().get('/health/ready').expect(503)).body.reasons).toEqual([
      'The server is draining.',
    ]);
    await server.close();
  });

  it('ends event streams when it stops, which would otherwise last for ever', async () => {
    const server = await startTestServer({ controllers: [DoorsController] });
    const watching = server
      .as()
      .get('/v1/doors/watch')
      .buffer(true)
      .parse((response, done) => {
        let text = '';
        response.on('data', (bytes: Buffer) => {
          text += bytes.toString();
          if (text.includes('first')) server.app.get(Lifecycle).drain();
        });
        response.on('end', () => done(null, text));
      });
    expect((await watching).body).toContain('data: first');
    await server.close();
  });
});
