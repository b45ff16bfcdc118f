import type { Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Body, Delete, HttpCode, Post } from '@nestjs/common';
import { IsString } from 'class-validator';
import { Refusal } from '#domain/kernel/refusal.js';
import { IdempotentRequests } from '#ports/workspace/idempotent-requests.js';
import { startTestServer, type TestServer } from '#test/support/test-server.js';
import { Answer } from './answer.js';
import { Attempt } from './attempt.js';
import { RestController } from './rest-controller.js';
import { Scopes, Takes, Withheld } from './route.js';

class ThingBody {
  @IsString()
  name!: string;
}

interface Made {
  readonly id: string;
  readonly name: string;
  readonly repeated: boolean;
}

/** What the handlers below did, and what they are to do next. */
const world = {
  made: [] as Made[],
  fail: undefined as Error | undefined,
  hold: undefined as Promise<void> | undefined,
};

@RestController('v1/things')
class ThingsController {
  @Post()
  @Scopes('campaigns:write')
  @Withheld('secret')
  async make(
    @Body() body: ThingBody,
    @Attempt() attempt: Attempt,
    @Answer() answer: Answer,
  ): Promise<unknown> {
    await world.hold;
    const thing = { id: attempt.ids.next('thg'), name: body.name, repeated: attempt.repeated };
    world.made.push(thing);
    if (world.fail) throw world.fail;
    answer.location(`/v1/things/${thing.id}`);
    return { ...thing, text: 'Zoë 💌', secret: 'shown once' };
  }

  @Delete()
  @Scopes('campaigns:write')
  @HttpCode(204)
  remove(): void {
    world.made.push({ id: 'none', name: 'removed', repeated: false });
  }

  @Post('csv')
  @Scopes('campaigns:write')
  @Takes('csv')
  @HttpCode(202)
  async import(): Promise<unknown> {
    await world.hold;
    world.made.push({ id: 'csv', name: 'csv', repeated: false });
    return { done: true };
  }
}

describe('Idempotency-Key', () => {
  let server: TestServer;
  beforeEach(async () => {
    Object.assign(world, { made: [], fail: undefined, hold: undefined });
    server = await startTestServer({ controllers: [ThingsController] });
  });
  afterEach(() => server.close());
  const make = (key: string | undefined, name = 'one', token?: string) => {
    const asking = server.as(token).post('/v1/things');
    return (key === undefined ? asking : asking.set('idempotency-key', key)).send({ name });
  };

  it('carries a request out once, and answers its repetitions the same', async () => {
    const first = await make('k-1').expect(201);
    const second = await make('k-1').expect(201);
    expect(world.made).toHaveLength(1);
    expect(first.headers).not.toHaveProperty('idempotency-replayed');
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.headers['location']).toBe(first.headers['location']);
    expect(second.headers['content-type']).toBe(first.headers['content-type']);
    expect(second.body).toEqual({ ...first.body, secret: null });
  });

  it('never stores what is withheld', async () => {
    const answer = await make('k-1').expect(201);
    expect(answer.body.secret).toBe('shown once');
    expect((await make('k-1')).text).not.toContain('shown once');
  });

  it('takes the key quoted or bare', async () => {
    await make('"k-1"').expect(201);
    expect((await make('k-1').expect(201)).headers['idempotency-replayed']).toBe('true');
    expect(world.made).toHaveLength(1);
  });

  it('repeats an answer without a body as well', async () => {
    const remove = () => server.as().delete('/v1/things').set('idempotency-key', 'k-1');
    await remove().expect(204);
    expect((await remove().expect(204)).headers['idempotency-replayed']).toBe('true');
    expect(world.made).toHaveLength(1);
  });

  it('carries every request out that has no key', async () => {
    await make(undefined).expect(201);
    await make(undefined).expect(201);
    expect(new Set(world.made.map(({ id }) => id)).size).toBe(2);
  });

  it('refuses the key for another body, another path, another method', async () => {
    await make('k-1').expect(201);
    expect((await make('k-1', 'two').expect(422)).body.code).toBe('idempotency_key_reused');
    await server.as().post('/v1/things?x=1').set('idempotency-key', 'k-1').send({ name: 'one' }).expect(422);
    await server.as().delete('/v1/things').set('idempotency-key', 'k-1').expect(422);
    expect(world.made).toHaveLength(1);
  });

  it('keeps the keys of different workspaces apart', async () => {
    const theirs = await server.issueKey(['admin'], 'wsp_theirs');
    const first = await make('k-1').expect(201);
    const second = await make('k-1', 'theirs', theirs).expect(201);
    expect(second.body.id).not.toBe(first.body.id);
  });

  it.each(['', ' ', 'two words', 'ü', '"unclosed\u00e9"', 'x'.repeat(256)])(
    'refuses %j as a key',
    async (key) => {
      const answer = await make(key);
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_idempotency_key']);
      expect(world.made).toHaveLength(0);
    },
  );

  it('answers 409 with Retry-After while the first is under way, and its answer afterwards', async () => {
    let release = (): void => {};
    world.hold = new Promise((resolve) => (release = resolve));
    const first = make('k-1').then((answer) => answer);
    const busy = await eventually(
      () => make('k-1'),
      ({ status }) => status === 409,
    );
    expect(busy.body.code).toBe('idempotency_in_flight');
    expect(Number(busy.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    release();
    expect((await first).status).toBe(201);
    await make('k-1').expect(201);
    expect(world.made).toHaveLength(1);
  });

  it('keeps the answer of a request whose client has hung up meanwhile, and lets nobody wait for ever', async () => {
    let release = (): void => {};
    world.hold = new Promise((resolve) => (release = resolve));
    const http = server.app.getHttpServer() as Server;
    const gone = new Promise((resolve) => {
      http.once('request', (_request, answer) => answer.once('close', resolve));
    });
    const hungUp = server.as().post('/v1/things').set('idempotency-key', 'k-1').send({ name: 'one' });
    hungUp.end(() => {});
    await eventually(
      () => make('k-1'),
      ({ status }) => status === 409,
    );
    hungUp.abort();
    await gone;
    release();
    const again = await eventually(
      () => make('k-1'),
      ({ status }) => status !== 409,
    );
    expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
    expect(world.made).toHaveLength(1);
  });

  it('answers a refusal again, for the same request would be refused again', async () => {
    world.fail = new Refusal('already_exists', 'There is one.');
    const first = await make('k-1').expect(409);
    world.fail = undefined;
    const second = await make('k-1').expect(409);
    expect(second.headers['idempotency-replayed']).toBe('true');
    expect(second.headers['content-type']).toBe('application/problem+json');
    expect(second.body).toEqual(first.body);
  });

  it.each([
    ['500', new Error('disk on fire')],
    ['503', new Refusal('storage_unavailable', 'later')],
    ['429', new Refusal('rate_limited', 'slowly')],
  ])('does not store a %s: asked again, it is tried again', async (status, fault) => {
    world.fail = fault;
    await make('k-1').expect(Number(status));
    world.fail = undefined;
    const again = await make('k-1').expect(201);
    expect(again.headers).not.toHaveProperty('idempotency-replayed');
    expect(again.body.repeated).toBe(true);
  });

  it('gives every attempt of a request the same ids, so that what the first one made is found', async () => {
    world.fail = new Error('died after the commit');
    await make('k-1').expect(500);
    await server.clock.advance(5000);
    world.fail = undefined;
    await make('k-1').expect(201);
    expect(world.made.map(({ id }) => id)).toEqual([world.made[0]?.id, world.made[0]?.id]);
    expect(world.made.map(({ repeated }) => repeated)).toEqual([false, true]);
  });

  it('takes over when a lease has ended, and takes nothing more from whoever had it', async () => {
    let release = (): void => {};
    world.hold = new Promise((resolve) => (release = resolve));
    const slow = make('k-1').then((answer) => answer);
    await eventually(
      () => make('k-1'),
      ({ status }) => status === 409,
    );
    // A handler at work keeps its lease, however long it takes.
    await server.clock.advance(300_000);
    await make('k-1').expect(409);
    // From here on it is as good as dead: its process has no connection to the storage any more.
    const requests = server.app.get<IdempotentRequests>(IdempotentRequests);
    requests.renew = () => Promise.reject(new Error('no connection'));
    await server.clock.advance(60_000);
    world.hold = undefined;
    const taken = await make('k-1').expect(201);
    expect(taken.body.repeated).toBe(true);
    // And it was only slow: its answer is too late to be the one that is repeated.
    release();
    expect((await slow).body.repeated).toBe(false);
    expect((await make('k-1').expect(201)).body).toEqual({ ...taken.body, secret: null });
  });

  it('keeps answers for a day at least', async () => {
    await make('k-1').expect(201);
    const requests = server.app.get<IdempotentRequests>(IdempotentRequests);
    await server.clock.advance(24 * 3_600_000);
    await requests.purge(server.clock.now(), 100);
    expect((await make('k-1').expect(201)).headers['idempotency-replayed']).toBe('true');
  });

  it('goes by the path and the length where the body is a stream', async () => {
    const upload = (text: string) =>
      server
        .as()
        .post('/v1/things/csv')
        .set({ 'content-type': 'text/csv', 'idempotency-key': 'k-1' })
        .send(text);
    await upload('a@example.com').expect(202);
    expect((await upload('a@example.com').expect(202)).headers['idempotency-replayed']).toBe('true');
    await upload('a@example.com,b').expect(422);
  });

  it('still gives the answer when it could not be stored, and says so in the log', async () => {
    const requests = server.app.get<IdempotentRequests>(IdempotentRequests);
    requests.settle = () => Promise.reject(new Error('disk'));
    await make('k-1').expect(201);
    expect(server.log.complaints).toEqual(['idempotency.not_recorded']);
  });
});

/** Asks until the answer is the wanted one: for what happens in its own time, in another request. */
async function eventually<T>(ask: () => PromiseLike<T>, wanted: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (wanted(answer)) return answer;
  }
}
