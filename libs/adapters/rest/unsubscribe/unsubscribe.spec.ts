import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Provider } from '@nestjs/common';
import request from 'supertest';
import { readServerConfig } from '#apps/server/src/config/server-config.js';
import { type RunningServer, startServer } from '#apps/server/src/start-server.js';
import type { OpenTarget } from '#apps/server/src/targets/target.js';
import { openTestTarget } from '#apps/server/src/targets/test.js';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { UnsubscribeTokens } from '#ports/campaign/unsubscribe-tokens.js';
import { Unsubscribes } from '#ports/campaign/unsubscribes.js';

const ONE_CLICK = { 'List-Unsubscribe': 'One-Click' };
/** As a browser asks when somebody follows a link. */
const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('The unsubscribe page', () => {
  let server: RunningServer;
  let full: boolean;
  let tokens: UnsubscribeTokens;
  beforeEach(async () => {
    full = false;
    server = await startServer({
      config: await readServerConfig({ PORT: '0', POSTHORN_TARGET: 'test' }, '/nowhere'),
      log: new MemoryLog(),
      onFatal: (error: Error) => {
        throw error;
      },
      openTarget: openWithDisk(() => full),
    });
    tokens = server.app.get<UnsubscribeTokens>(UnsubscribeTokens);
  });
  afterEach(() => server.stop());

  const aLink = (): string => `/u/${tokens.sign(CAMPAIGN, SUBSCRIBER)}`;
  const opened = (path: string, accept = BROWSER) => request(server.url).get(path).set('accept', accept);
  const posted = (path: string, accept = BROWSER) =>
    request(server.url).post(path).set('accept', accept).type('form').send(ONE_CLICK);

  it('asks, and says when it is done', async () => {
    const link = aLink();
    expect((await opened(link).expect(200)).text).toContain('<button>Unsubscribe</button>');
    expect((await posted(link).expect(200)).text).toContain('You are unsubscribed');
  });

  it('tells a person in words that a link is broken, and a program by its code', async () => {
    const broken = `${aLink().slice(0, -2)}AA`;
    for (const answer of [await opened(broken).expect(400), await posted(broken).expect(400)]) {
      expect(answer.headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'cache-control': 'no-store',
      });
      expect(answer.text).toContain('<h1>This link does not work</h1>');
      expect(answer.text).not.toContain('<form');
    }
    for (const accept of ['*/*', 'application/json'])
      expect((await posted(broken, accept).expect(400)).body).toMatchObject({ code: 'invalid_token' });
  });

  it('says of the link in a test mail that it is one', async () => {
    expect((await opened('/u/preview').expect(400)).text).toContain('<h1>This was a test mail</h1>');
  });

  it('does not say that somebody is unsubscribed who is not, and lets them try again', async () => {
    const link = aLink();
    full = true;
    const failed = await posted(link).expect(503);
    expect(failed.text).toContain('you are not unsubscribed yet');
    expect(failed.text).toContain('<button>Try again</button>');
    expect(Number(failed.headers['retry-after'])).toBeGreaterThan(0);
    expect((await posted(link, '*/*').expect(503)).body).toMatchObject({ code: 'storage_full' });
    full = false;
    expect((await posted(link).expect(200)).text).toContain('You are unsubscribed');
  });

  it('repeats nothing of what it was asked with', async () => {
    const { text } = await opened(`/u/${encodeURIComponent('"><script>alert(1)</script>')}`).expect(400);
    expect(text).not.toContain('alert');
  });
});

const CAMPAIGN = 'cmp_01m7y8vtsc9t55ew144p5043tn';
const SUBSCRIBER = 'sub_01m7y8vtsc9t55ew144p5043tn';

/** The target of tests, with a disk that is full whenever it is said to be. */
function openWithDisk(isFull: () => boolean): OpenTarget {
  return async (setting) => {
    const target = await openTestTarget(new DrivenClock())(setting);
    return { ...target, providers: target.providers.map((one) => (isUnsubscribes(one) ? onDisk(one) : one)) };
  };
  function onDisk({ provide, useValue: memory }: { provide: symbol; useValue: Unsubscribes }): Provider {
    const onDisk: Unsubscribes = {
      record: (...args) => memory.record(...args),
      count: (...args) => memory.count(...args),
      addressOf: (...args) => memory.addressOf(...args),
      workspaceOf: (...args) =>
        isFull()
          ? Promise.reject(new Refusal('storage_full', 'The disk is full.'))
          : memory.workspaceOf(...args),
    };
    return { provide, useValue: onDisk };
  }
}

function isUnsubscribes(provider: Provider): provider is { provide: symbol; useValue: Unsubscribes } {
  return 'useValue' in provider && provider.provide === Unsubscribes;
}
