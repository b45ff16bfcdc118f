import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import type { SinkEvent } from '#ports/events/event-sink.js';
import { callbackOf, type ToldKind } from '#test/faults/vendor-calls.js';
import { WebhookReceiver } from '#test/faults/webhook-receiver.js';
import type { Fake } from '#test/fakes/kit/fake.js';
import { type FakeFirehose, startFakeFirehose } from '#test/fakes/firehose/fake-firehose.js';
import type { Mail } from '#test/fakes/kit/mails.js';
import { RESEND_WEBHOOK_SECRET } from '#test/fakes/resend/resend-callbacks.js';
import { RESEND_KEY, startFakeResend } from '#test/fakes/resend/fake-resend.js';
import { startFakeTwilio, TWILIO_ACCOUNT } from '#test/fakes/twilio/fake-twilio.js';
import { until } from '#test/support/until.js';
import { ApiClient, type Json } from './api-client.js';
import { startTarget, TARGETS, type TargetWorld } from './target-world.js';

const KEY = 'owner-key-of-the-journey';
/** Servers are started, on a machine that may be busy with others. */
const PATIENCE_MS = 120_000;
jest.setTimeout(PATIENCE_MS);

interface Trace {
  readonly data: readonly { readonly words: string }[];
}

describe.each(TARGETS)('a code, on the %s target', (target) => {
  let world: TargetWorld;
  let api: ApiClient;
  let twilio: Fake;
  let resend: Fake;
  let receiver: WebhookReceiver;
  let firehose: FakeFirehose;
  beforeAll(async () => {
    [twilio, resend] = await Promise.all([startFakeTwilio(), startFakeResend({ requestsPerSecond: 'off' })]);
    receiver = await WebhookReceiver.start(new SeededRandomness(1), 0);
    firehose = await startFakeFirehose();
    const env = {
      POSTHORN_API_KEY: KEY,
      EMAIL_PROVIDERS: 'resend',
      RESEND_API_KEY: RESEND_KEY,
      RESEND_BASE_URL: resend.url,
      RESEND_WEBHOOK_SECRET,
      TWILIO_ACCOUNT_SID: TWILIO_ACCOUNT.sid,
      TWILIO_AUTH_TOKEN: TWILIO_ACCOUNT.token,
      TWILIO_FROM: '+12025550199',
      TWILIO_BASE_URL: twilio.url,
      POSTHORN_EVENT_STREAM: 'events',
      FIREHOSE_ENDPOINT: firehose.url,
      CHAT_JWT_SECRET: 'a secret of the journey, thirty-two bytes',
    };
    world = await startTarget(target, env, { webhooks: { allowPrivate: true } });
    api = new ApiClient(world.url, KEY);
    await api.post('/v1/webhook-endpoints', {
      url: receiver.url,
      events: ['notification.sent', 'notification.delivered'],
    });
  });
  afterAll(async () => {
    await world.close();
    await Promise.all([twilio.close(), resend.close(), receiver.close(), firehose.close()]);
  });

  const ask = async (userId: string, code: string): Promise<string> => {
    const data = { code, validFor: '10 minutes', occurredAt: '2026-12-24T08:59:00Z', companyName: 'Acme' };
    const { id } = await api.post('/v1/notifications', { type: 'mfa_code', to: { userId }, data });
    return String(id);
  };
  const mailWith = (fake: Fake, code: string): Promise<Mail> =>
    until(() => fake.mails().find(({ text }) => text?.includes(code)));
  /** The vendor tells of what it took. */
  const tell = async (mail: Mail, kind: ToldKind): Promise<void> => {
    const { path, headers, body } = callbackOf(mail, kind, { publicUrl: world.url } as never);
    const { status } = await fetch(world.url + path, { method: 'POST', headers, body });
    expect(status).toBeLessThan(300);
  };
  const toldOf = (id: string): string[] =>
    receiver.received
      .map(({ body }) => JSON.parse(body) as { type: string; data: { id: string } })
      .filter(({ data }) => data.id === id)
      .map(({ type }) => type);
  const inStatus = (id: string, status: string): Promise<Json> =>
    api.until(`/v1/notifications/${id}`, (one) => one['status'] === status);
  /** What its trace says, from the moment on in which it says this. */
  const saysOf = async (id: string, awaited: string): Promise<string[]> => {
    const wordsOf = (trace: Json): string[] => (trace as unknown as Trace).data.map(({ words }) => words);
    return wordsOf(
      await api.until(`/v1/notifications/${id}/trace`, (trace) => wordsOf(trace).includes(awaited)),
    );
  };
  /** Each at least once, and of nothing else. */
  const hooked = async (id: string, ...types: string[]): Promise<void> => {
    await until(() => (types.every((type) => toldOf(id).includes(type)) ? true : undefined));
    expect([...new Set(toldOf(id))].toSorted()).toEqual(types.toSorted());
  };

  it('goes by the channel that the user prefers, and its status follows the vendor', async () => {
    await api.put('/v1/users/ada', { phone: '+447911123456', email: 'ada@example.com' });
    await api.put('/v1/users/ada/preferences', { types: { mfa_code: ['email', 'sms'] } });
    const id = await ask('ada', '482913');
    const mail = await mailWith(resend, '482913');
    expect(mail.to).toEqual(['ada@example.com']);
    await inStatus(id, 'sent');
    await tell(mail, 'delivered');
    await inStatus(id, 'delivered');
    await hooked(id, 'notification.sent', 'notification.delivered');
    expect(twilio.mails()).toEqual([]);
  });

  it('goes by e-mail when the text message does not arrive, and says so', async () => {
    await api.put('/v1/users/ben', { phone: '+447911123457', email: 'ben@example.com' });
    const id = await ask('ben', '771204');
    const text = await mailWith(twilio, '771204');
    await saysOf(id, 'A provider has taken it for sms.');
    expect(resend.mails().filter(({ to }) => to.includes('ben@example.com'))).toEqual([]);
    await tell(text, 'hard bounce');
    const mail = await mailWith(resend, '771204');
    await saysOf(id, 'A provider has taken it for email.');
    await tell(mail, 'delivered');
    await inStatus(id, 'delivered');
    expect(await saysOf(id, 'It was delivered by email.')).toEqual([
      'The type goes by sms, then email.',
      'It goes by sms.',
      'email is used if what comes before it fails.',
      'It is being sent by sms.',
      'A provider has taken it for sms.',
      'It bounced on sms.',
      'It is being sent by email.',
      'A provider has taken it for email.',
      'It was delivered by email.',
    ]);
    await hooked(id, 'notification.sent', 'notification.delivered');
  });

  it('goes by e-mail at once when the text message is refused', async () => {
    await api.put('/v1/users/cleo', { phone: '+447911123458', email: 'cleo@example.com' });
    twilio.setFaults([{ effect: { kind: 'status', status: 400, error: '21614' } }]);
    const id = await ask('cleo', '993310');
    const mail = await mailWith(resend, '993310');
    expect(mail.to).toEqual(['cleo@example.com']);
    await inStatus(id, 'sent');
    twilio.setFaults([]);
  });

  it('comes to the inbox of whoever looks at it', async () => {
    const { token } = await api.post('/v1/users/dan/tokens', {});
    const heard = await world.listen(String(token));
    const template = await api.post('/v1/templates', {
      ...{ name: 'note', channel: 'inbox', subject: 'Hello', text: 'A note for you.' },
    });
    await api.post('/v1/notification-types', {
      ...{
        type: 'note',
        category: 'notes',
        lane: 'standard',
        channels: ['inbox'],
        templates: { inbox: template['id'] },
      },
    });
    await api.put('/v1/users/dan', {});
    await api.post('/v1/notifications', { type: 'note', to: { userId: 'dan' }, data: {} });
    const pushed = await until(() => heard.find(({ event }) => event === 'inbox.created'));
    expect(JSON.stringify(pushed.data)).toContain('A note for you.');
  });

  // One process has no stream but its own tables.
  if (target !== 'embedded')
    it('leaves its way in the stream for analysts, and no address', async () => {
      const id = await ask('ada', '550817');
      await tell(await mailWith(resend, '550817'), 'delivered');
      await inStatus(id, 'delivered');
      const happened = (): SinkEvent[] =>
        firehose.stream
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => JSON.parse(line) as SinkEvent);
      const has = (type: string, fields: SinkEvent['fields']): boolean =>
        happened().some((one) => {
          const isThat = Object.entries(fields).every(([name, value]) => one.fields[name] === value);
          return one.type === type && isThat;
        });
      await until(() =>
        has('notification.changed', { notificationId: id, status: 'delivered' }) &&
        has('delivery.accepted', { channel: 'email', lane: 'critical', provider: 'resend' }) &&
        has('delivery.reported', { kind: 'delivered' })
          ? true
          : undefined,
      );
      expect(firehose.stream).not.toMatch(/example\.com|\+4479/);
    });
});
