import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Inject, type INestApplicationContext, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Fake } from '#test/fakes/kit/fake.js';
import { startFakeSmtp } from '#test/fakes/smtp/fake-smtp.js';
import { until } from '#test/support/until.js';
import { CommunicationFacade } from './communication-facade.js';
import { CommunicationModule } from './communication.module.js';
import type { EmbeddedOptions } from './embedded-options.js';

const DATA = {
  code: '482913',
  validFor: '10 minutes',
  occurredAt: '2026-12-24T08:59:00Z',
  companyName: 'Acme',
};

/** Each of these opens a data folder with its threads, on a machine that may be busy with others. */
const PATIENCE_MS = 240_000;
jest.setTimeout(PATIENCE_MS);

describe('Posthorn in another NestJS application', () => {
  let folder: string;
  let smtp: Fake;
  const apps: INestApplicationContext[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-in-process-'));
    smtp = await startFakeSmtp({ auth: 'off' });
  });
  afterEach(async () => {
    await Promise.all(apps.splice(0).map((app) => app.close()));
    await smtp.close();
    await rm(folder, { recursive: true, force: true });
  });

  const options = (): EmbeddedOptions => ({
    dataDir: join(folder, 'data'),
    email: { from: 'Acme <no-reply@acme.example>', providers: ['smtp'], smtp: { url: smtp.url } },
  });

  /** An application that has nothing but Posthorn in it, and no HTTP. */
  async function anApplication(change: Partial<EmbeddedOptions> = {}): Promise<INestApplicationContext> {
    @Module({ imports: [CommunicationModule.embedded({ ...options(), ...change })] })
    class HostModule {}
    const settings = { logger: false, abortOnError: false } as const;
    const app = await NestFactory.createApplicationContext(HostModule, settings);
    apps.push(app);
    return app;
  }
  const facadeOf = (app: INestApplicationContext): CommunicationFacade => app.get(CommunicationFacade);
  const mailTo = (address: string) => until(() => smtp.mails().find(({ to }) => to.includes(address)));

  it('is injected by its class, and what it is told reaches the provider', async () => {
    @Injectable()
    class SignIn {
      readonly #communication: CommunicationFacade;
      constructor(@Inject(CommunicationFacade) communication: CommunicationFacade) {
        this.#communication = communication;
      }
      begin(email: string): Promise<{ id: string; status: string }> {
        return this.#communication.notify('mfa_code', { email }, DATA);
      }
    }
    @Module({ providers: [SignIn], exports: [SignIn] })
    class SignInModule {}
    @Module({ imports: [CommunicationModule.embedded({ ...options(), global: true }), SignInModule] })
    class HostModule {}
    const settings = { logger: false } as const;
    const app = await NestFactory.create<NestFastifyApplication>(HostModule, new FastifyAdapter(), settings);
    apps.push(app);
    await app.listen({ host: '127.0.0.1', port: 0 });

    const { id, status } = await app.get(SignIn).begin('ada@example.com');
    expect({ id, status }).toEqual({ id: expect.stringMatching(/^ntf_/), status: 'accepted' });
    expect((await mailTo('ada@example.com')).text).toContain('482913');
    const sent = await until(async () => {
      const found = await app.get(CommunicationFacade).find(id);
      return found.status === 'sent' ? found : undefined;
    });
    expect(sent).toMatchObject({
      type: 'mfa_code',
      lane: 'critical',
      legs: [{ channel: 'email', state: 'sent' }],
    });
    const { data } = await app.get(CommunicationFacade).trace(id);
    expect(data.map(({ words }) => words)).toContain('A provider has taken it for email.');
  });

  it('may be used by a module that is there before it', async () => {
    @Injectable()
    class Early implements OnModuleInit {
      accepted: string | undefined;
      readonly #communication: CommunicationFacade;
      constructor(@Inject(CommunicationFacade) communication: CommunicationFacade) {
        this.#communication = communication;
      }
      async onModuleInit(): Promise<void> {
        this.accepted = (
          await this.#communication.notify('mfa_code', { email: 'bob@example.com' }, DATA)
        ).status;
      }
    }
    const imports = [CommunicationModule.embeddedAsync({ inject: [], useFactory: async () => options() })];
    @Module({ imports, providers: [Early] })
    class HostModule {}
    const app = await NestFactory.createApplicationContext(HostModule, { logger: false });
    apps.push(app);
    expect(app.get(Early).accepted).toBe('accepted');
    await mailTo('bob@example.com');
  });

  it('refuses what cannot be sent, naming everything that is wrong', async () => {
    const facade = facadeOf(await anApplication());
    await expect(facade.notify('mfa_code', { email: 'ada@' }, { code: '1' })).rejects.toMatchObject({
      name: 'Refusal',
      code: 'missing_variable',
      faults: [
        { pointer: '/to/email', code: 'invalid_address' },
        { pointer: '/data/validFor', code: 'missing_variable' },
        { pointer: '/data/occurredAt', code: 'missing_variable' },
        { pointer: '/data/companyName', code: 'missing_variable' },
      ],
    });
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    const email = 'ada@example.com';
    const asked: readonly (readonly [Promise<unknown>, string])[] = [
      [facade.notify('no_such_type', { email }, DATA), 'validation_failed'],
      [facade.notify('mfa_code', { email }, circle), 'validation_failed'],
      [facade.notify('mfa_code', { email: 7 } as never, DATA), 'validation_failed'],
      [facade.notify('mfa_code', { email }, DATA, { when: 'now' } as never), 'validation_failed'],
      [facade.notify('mfa_code', { email }, JSON.parse('{"__proto__":{"a":1}}')), 'validation_failed'],
      [facade.notify('mfa_code', { email }, DATA, { idempotencyKey: 'ü' }), 'invalid_idempotency_key'],
      [facade.notify('mfa_code', { email }, DATA, { sendAt: new Date(NaN) }), 'validation_failed'],
      [facade.find('ntf_00000000000000000000000000'), 'not_found'],
      [facade.inWorkspace('wsp_other').notify('mfa_code', { email }, DATA), 'not_found'],
      [facade.inWorkspace('wsp_other').saveUser('ada', { email }), 'not_found'],
    ];
    const codes = asked.map(([answer]) => answer.then(String, (error: { code: string }) => error.code));
    expect(await Promise.all(codes)).toEqual(asked.map(([, code]) => code));
    expect(smtp.mails()).toEqual([]);
  });

  it('makes one notification of a key, however often it is asked at once, and after a restart', async () => {
    const app = await anApplication();
    const ask = (facade: CommunicationFacade, code = '482913') =>
      facade.notify(
        'mfa_code',
        { email: 'eve@example.com' },
        { ...DATA, code },
        { idempotencyKey: 'sign-in-7' },
      );
    const answers = await Promise.all(Array.from({ length: 100 }, () => ask(facadeOf(app))));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    await expect(ask(facadeOf(app), '000000')).rejects.toMatchObject({ code: 'idempotency_key_reused' });
    await mailTo('eve@example.com');
    await app.close();

    const again = facadeOf(await anApplication());
    expect(await ask(again)).toEqual(answers[0]);
    // One that is accepted later is there: whatever the repeated ones had made would have come before it.
    await again.notify('mfa_code', { email: 'last@example.com' }, DATA, { orderingKey: 'eve' });
    await mailTo('last@example.com');
    expect(smtp.mails().map(({ to }) => to)).toEqual([['eve@example.com'], ['last@example.com']]);
  });

  it('may be asked again under a key after it was refused', async () => {
    const facade = facadeOf(await anApplication());
    const ask = () => facade.notify('mfa_code', { userId: 'ada' }, { code: '1' }, { idempotencyKey: 'k' });
    await expect(ask()).rejects.toMatchObject({ code: 'missing_variable' });
    await expect(ask()).rejects.toMatchObject({ code: 'missing_variable' });
  });

  it('finds users by the ids that the application has for them', async () => {
    const facade = facadeOf(await anApplication());
    await facade.saveUser('ada', { email: 'Ada@Example.com', locale: 'en', timezone: 'Europe/London' });
    const { id } = await facade.notify('mfa_code', { userId: 'ada' }, DATA);
    await mailTo('ada@example.com');
    expect(await facade.find(id)).toMatchObject({ userId: 'ada' });
  });

  it('calls off what is not sent yet', async () => {
    const facade = facadeOf(await anApplication());
    const sendAt = new Date(Date.now() + 3_600_000);
    const { id } = await facade.notify('mfa_code', { email: 'ada@example.com' }, DATA, { sendAt });
    expect(await facade.find(id)).toMatchObject({ status: 'accepted', sendAt: sendAt.toISOString() });
    expect(await facade.cancel(id)).toMatchObject({ status: 'cancelled' });
  });

  it('goes on after a restart with what the application before it was told', async () => {
    smtp.setFaults([{ effect: { kind: 'status', status: 421, stage: 'connect' } }]);
    const first = await anApplication();
    const { id } = await facadeOf(first).notify('mfa_code', { email: 'ada@example.com' }, DATA);
    await first.close();
    expect(smtp.mails()).toEqual([]);
    smtp.setFaults([]);
    const second = await anApplication();
    await mailTo('ada@example.com');
    expect(await facadeOf(second).find(id)).toMatchObject({ id });
  });

  it('is closed by the application: what is asked before is answered, what is asked after is refused', async () => {
    const app = await anApplication();
    const facade = facadeOf(app);
    const before = facade.notify('mfa_code', { email: 'ada@example.com' }, DATA);
    const closed = app.close();
    expect((await before).status).toBe('accepted');
    await closed;
    await expect(facade.notify('mfa_code', { email: 'ada@example.com' }, DATA)).rejects.toMatchObject({
      code: 'shutting_down',
    });
    // The folder is free again.
    expect(await facadeOf(await anApplication()).find((await before).id)).toMatchObject({
      id: (await before).id,
    });
  });

  it('leaves the host its own: no module, no listener, no folder before it starts', async () => {
    const signals = ['SIGTERM', 'SIGINT', 'uncaughtException', 'unhandledRejection', 'exit'];
    const listeners = () => signals.map((name) => process.listenerCount(name));
    const before = listeners();
    @Module({ imports: [CommunicationModule.embedded(options())] })
    class HostModule {}
    const app = await NestFactory.create<NestFastifyApplication>(HostModule, new FastifyAdapter(), {
      logger: false,
    });
    expect(existsSync(join(folder, 'data'))).toBe(false);
    await app.init();
    apps.push(app);
    expect(existsSync(join(folder, 'data'))).toBe(true);
    expect(listeners()).toEqual(before);
    const modules = [...app.get(ModulesContainer).values()].map(({ name }) => name);
    expect(modules.sort()).toEqual(['CommunicationModule', 'HostModule', 'InternalCoreModule']);
  });

  it('fails the start of the host with words, and leaves nothing running', async () => {
    await writeFile(join(folder, 'a-file'), '');
    await expect(anApplication({ dataDir: join(folder, 'a-file', 'data') })).rejects.toThrow(
      /EEXIST|ENOTDIR|not be/,
    );
    const wrong = { providers: ['smtp'], smtp: { url: 'secret-canary' } } as const;
    const failure = anApplication({ email: wrong }).catch((error: Error) => error.message);
    expect(await failure).toMatch(/email\.smtp\.url.*must be a URL/);
    expect(await failure).not.toContain('canary');
    const app = await anApplication();
    await expect(anApplication()).rejects.toThrow(/is in use by another/);
    expect((await facadeOf(app).notify('mfa_code', { email: 'ada@example.com' }, DATA)).status).toBe(
      'accepted',
    );
  });
});
