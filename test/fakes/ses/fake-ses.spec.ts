import {
  CreateEmailTemplateCommand,
  DeleteEmailTemplateCommand,
  GetAccountCommand,
  GetEmailIdentityCommand,
  SendBulkEmailCommand,
  SendEmailCommand,
  SESv2Client,
  type BulkEmailEntry,
  type SendBulkEmailCommandInput,
  type SendEmailCommandInput,
  type Template,
} from '@aws-sdk/client-sesv2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '../kit/clock.js';
import type { Fake } from '../kit/fake.js';
import { SES_CREDENTIALS, startFakeSes, type FakeSesOptions } from './fake-ses.js';

const FROM = 'Us <us@example.com>';

const simple = (change: Partial<SendEmailCommandInput> = {}): SendEmailCommandInput => ({
  FromEmailAddress: FROM,
  Destination: { ToAddresses: ['Ann <ann@example.com>'] },
  Content: {
    Simple: { Subject: { Data: 'Hi' }, Body: { Html: { Data: '<p>Hello</p>' }, Text: { Data: 'Hello' } } },
  },
  EmailTags: [{ Name: 'posthorn_delivery', Value: 'dlv_1' }],
  ...change,
});

const entry = (name: string, data: object, change: Partial<BulkEmailEntry> = {}): BulkEmailEntry => ({
  Destination: { ToAddresses: [`${name}@example.com`] },
  ReplacementEmailContent: { ReplacementTemplate: { ReplacementTemplateData: JSON.stringify(data) } },
  ReplacementTags: [{ Name: 'posthorn_delivery', Value: `dlv_${name}` }],
  ...change,
});

const INLINE: Template = {
  TemplateContent: { Subject: 'Hi {{name}}', Html: '<p>{{name}}</p>', Text: '{{name}}' },
};

const bulk = (entries: BulkEmailEntry[], template: Template = INLINE): SendBulkEmailCommandInput => ({
  FromEmailAddress: FROM,
  DefaultContent: { Template: template },
  BulkEmailEntries: entries,
});

describe('the fake SES, driven by the AWS SDK', () => {
  let clock: DrivenClock;
  let fake: Fake;
  let client: SESv2Client;

  function clientWith(credentials: { accessKeyId: string; secretAccessKey: string }): SESv2Client {
    return new SESv2Client({ endpoint: fake.url, region: 'eu-central-1', credentials, maxAttempts: 1 });
  }

  async function restart(options: FakeSesOptions = {}): Promise<void> {
    await fake?.close();
    fake = await startFakeSes({ clock, ...options });
    client?.destroy();
    client = clientWith(SES_CREDENTIALS);
  }

  beforeEach(() => {
    clock = new DrivenClock();
    return restart();
  });

  afterEach(async () => {
    client.destroy();
    await fake.close();
  });

  const send = (input: SendEmailCommandInput) => client.send(new SendEmailCommand(input));
  const sendBulk = async (input: SendBulkEmailCommandInput) => {
    const { BulkEmailEntryResults = [] } = await client.send(new SendBulkEmailCommand(input));
    return BulkEmailEntryResults;
  };
  const lines = (kind: string) => fake.journal().filter((one) => one.kind === kind);

  describe('SendEmail', () => {
    it('takes simple content with headers and tags', async () => {
      const Headers = [{ Name: 'List-Unsubscribe', Value: '<https://example.com/u/1>' }];
      const input = simple({ ReplyToAddresses: ['desk@example.com'] });
      if (input.Content?.Simple) input.Content.Simple.Headers = Headers;
      const { MessageId } = await send(input);
      expect(fake.mails()).toEqual([
        expect.objectContaining({
          from: FROM,
          to: ['ann@example.com'],
          subject: 'Hi',
          html: '<p>Hello</p>',
          text: 'Hello',
          headers: { 'list-unsubscribe': '<https://example.com/u/1>', 'reply-to': 'desk@example.com' },
          tags: { posthorn_delivery: 'dlv_1' },
          deliveryId: 'dlv_1',
          messageId: MessageId,
        }),
      ]);
      expect(lines('accepted')).toMatchObject([
        { to: 'ann@example.com', deliveryId: 'dlv_1', messageId: MessageId },
      ]);
    });

    it('takes a raw message and reads it as MIME', async () => {
      const raw =
        'From: us@example.com\r\nTo: ann@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nX-A: 1\r\n\r\nHello\r\n';
      await send(simple({ Content: { Raw: { Data: Buffer.from(raw) } } }));
      const [mail] = fake.mails();
      expect(mail).toMatchObject({
        subject: 'Grüße',
        text: 'Hello\n',
        headers: { 'x-a': '1' },
        deliveryId: 'dlv_1',
      });
      expect(mail?.raw?.toString()).toBe(raw);
    });

    it('renders a template given inline, without escaping', async () => {
      const TemplateData = JSON.stringify({ name: '<b>Ann</b>' });
      await send(simple({ Content: { Template: { ...INLINE, TemplateData } } }));
      expect(fake.mails()[0]).toMatchObject({
        subject: 'Hi <b>Ann</b>',
        html: '<p><b>Ann</b></p>',
        text: '<b>Ann</b>',
      });
    });

    it.each(['{{#if name}}x{{/if}}', '{{#each names}}{{this}}{{/each}}', '{{> part}}', '{{lookup a "b"}}'])(
      'refuses the inline template %s: inline there are simple substitutions only',
      async (Html) => {
        const Template = { TemplateContent: { Subject: 's', Html }, TemplateData: '{"name":"Ann"}' };
        await expect(send(simple({ Content: { Template } }))).rejects.toMatchObject({
          name: 'BadRequestException',
        });
        expect(lines('accepted')).toEqual([]);
      },
    );

    it('counts everyone a mail goes to', async () => {
      const Destination = { ToAddresses: ['a@x.io'], CcAddresses: ['b@x.io'], BccAddresses: ['c@x.io'] };
      await send(simple({ Destination }));
      expect(lines('accepted').map(({ to }) => to)).toEqual(['a@x.io', 'b@x.io', 'c@x.io']);
      expect((await client.send(new GetAccountCommand({}))).SendQuota?.SentLast24Hours).toBe(3);
    });

    it.each([
      ['an address without a domain', { Destination: { ToAddresses: ['nobody'] } }],
      ['a local part that is not ASCII', { Destination: { ToAddresses: ['zoë@example.com'] } }],
      ['a domain that is not ASCII', { Destination: { ToAddresses: ['ann@exämple.com'] } }],
      ['no recipient', { Destination: {} }],
      ['51 recipients', { Destination: { ToAddresses: Array<string>(51).fill('a@x.io') } }],
      ['a bad tag', { EmailTags: [{ Name: 'a b', Value: 'c' }] }],
      ['no content', { Content: {} }],
      ['template data that is no JSON', { Content: { Template: { ...INLINE, TemplateData: '{' } } }],
    ])('refuses %s', async (_, change) => {
      await expect(send(simple(change))).rejects.toMatchObject({ name: 'BadRequestException' });
      expect(lines('accepted')).toEqual([]);
    });

    it('refuses a header value that is not printable ASCII', async () => {
      const Headers = [{ Name: 'X-Name', Value: 'Zoë' }];
      const Simple = { Subject: { Data: 's' }, Body: { Text: { Data: 't' } }, Headers };
      await expect(send(simple({ Content: { Simple } }))).rejects.toMatchObject({
        name: 'BadRequestException',
      });
    });
  });

  describe('SendBulkEmail', () => {
    it('renders each entry from its own data over the default', async () => {
      const template = {
        TemplateContent: { Subject: '{{greeting}} {{name}}', Html: '<p>{{name}} & {{greeting}}</p>' },
        TemplateData: '{"greeting":"Hello","name":"you"}',
        Headers: [
          { Name: 'Precedence', Value: 'bulk' },
          { Name: 'X-Kind', Value: 'default' },
        ],
      };
      const ReplacementHeaders = [{ Name: 'X-Kind', Value: 'own' }];
      const results = await sendBulk(
        bulk([entry('ann', { name: 'Ann' }, { ReplacementHeaders }), entry('bob', {})], template),
      );
      expect(results.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
      expect(fake.mails()).toMatchObject([
        {
          subject: 'Hello Ann',
          html: '<p>Ann & Hello</p>',
          headers: { precedence: 'bulk', 'x-kind': 'own' },
          deliveryId: 'dlv_ann',
        },
        { subject: 'Hello you', headers: { precedence: 'bulk', 'x-kind': 'default' }, deliveryId: 'dlv_bob' },
      ]);
      expect(lines('accepted').map(({ messageId }) => messageId)).toEqual(
        results.map(({ MessageId }) => MessageId),
      );
    });

    it('answers a bad entry inside the 200, and sends the others', async () => {
      const results = await sendBulk(
        bulk([
          entry('ann', { name: 'Ann' }),
          entry('bad', { name: 'B' }, { Destination: { ToAddresses: ['nobody'] } }),
          entry('tag', { name: 'T' }, { ReplacementTags: [{ Name: 'a b', Value: 'c' }] }),
        ]),
      );
      expect(results.map(({ Status }) => Status)).toEqual([
        'SUCCESS',
        'INVALID_PARAMETER',
        'INVALID_PARAMETER',
      ]);
      expect(results[1]?.Error).toContain('domain');
      expect(lines('rejected')).toMatchObject([
        { to: 'nobody', deliveryId: 'dlv_bad' },
        { to: 'tag@example.com' },
      ]);
      expect(fake.mails()).toHaveLength(1);
    });

    it.each(['MESSAGE_REJECTED', 'TRANSIENT_FAILURE', 'ACCOUNT_THROTTLED', 'ACCOUNT_SUSPENDED'])(
      'answers a scripted %s for one entry',
      async (error) => {
        fake.setFaults([{ match: { recipient: '^bob@' }, effect: { kind: 'rejectRecipients', error } }]);
        const results = await sendBulk(bulk([entry('ann', { name: 'A' }), entry('bob', { name: 'B' })]));
        expect(results.map(({ Status }) => Status)).toEqual(['SUCCESS', error]);
        expect(lines('rejected')).toMatchObject([{ to: 'bob@example.com', deliveryId: 'dlv_bob', error }]);
      },
    );

    it('says success and sends nothing when the data lacks a variable, as SES does', async () => {
      const results = await sendBulk(bulk([entry('ann', { name: 'Ann' }), entry('bob', {})]));
      expect(results.map(({ Status }) => Status)).toEqual(['SUCCESS', 'SUCCESS']);
      expect(fake.mails().map(({ to }) => to)).toEqual([['ann@example.com']]);
      expect(lines('unrendered')).toMatchObject([
        { deliveryId: 'dlv_bob', error: expect.stringContaining("'name'") },
      ]);
    });

    it('takes 50 entries and no more', async () => {
      const entries = Array.from({ length: 51 }, (_, n) => entry(`u${n}`, { name: 'x' }));
      await expect(sendBulk(bulk(entries))).rejects.toMatchObject({ name: 'BadRequestException' });
      expect(await sendBulk(bulk(entries.slice(1)))).toHaveLength(50);
    });
  });

  describe('hosted templates', () => {
    const Html = '{{#if vip}}VIP {{/if}}{{#each items}}[{{this}}]{{/each}}{{user.name}}';

    it('may use conditions, loops and paths', async () => {
      await restart({ templates: { hello: { Subject: 'Hi', Html } } });
      const data = { vip: true, items: [1, 2], user: { name: '<Ann>' } };
      await sendBulk(bulk([entry('ann', data)], { TemplateName: 'hello' }));
      expect(fake.mails()[0]?.html).toBe('VIP [1][2]<Ann>');
    });

    it('can be made and removed, and are missed', async () => {
      const TemplateName = 'hello';
      await client.send(
        new CreateEmailTemplateCommand({ TemplateName, TemplateContent: { Subject: 'Hi', Html: 'x' } }),
      );
      expect(await sendBulk(bulk([entry('ann', {})], { TemplateName }))).toMatchObject([
        { Status: 'SUCCESS' },
      ]);
      await client.send(new DeleteEmailTemplateCommand({ TemplateName }));
      expect(await sendBulk(bulk([entry('ann', {})], { TemplateName }))).toMatchObject([
        { Status: 'TEMPLATE_NOT_FOUND' },
      ]);
      const Content = { Template: { TemplateName, TemplateData: '{}' } };
      await expect(send(simple({ Content }))).rejects.toMatchObject({ name: 'NotFoundException' });
    });
  });

  describe('the account', () => {
    it('shows its limits', async () => {
      await restart({ maxSendRate: 14, max24HourSend: 50_000 });
      const account = await client.send(new GetAccountCommand({}));
      expect(account).toMatchObject({ SendingEnabled: true, ProductionAccessEnabled: true });
      expect(account.SendQuota).toEqual({ Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 0 });
    });

    it('throttles by recipients per second', async () => {
      await restart({ maxSendRate: 2 });
      await send(simple());
      await send(simple());
      await expect(send(simple())).rejects.toMatchObject({
        name: 'TooManyRequestsException',
        message: 'Maximum sending rate exceeded.',
        $metadata: { httpStatusCode: 429 },
      });
      clock.advance(500);
      const results = await sendBulk(bulk([entry('ann', { name: 'A' }), entry('bob', { name: 'B' })]));
      expect(results.map(({ Status }) => Status)).toEqual(['SUCCESS', 'ACCOUNT_THROTTLED']);
    });

    it('has a daily quota, real or scripted', async () => {
      await restart({ max24HourSend: 1 });
      const entries = [entry('ann', { name: 'A' }), entry('bob', { name: 'B' })];
      const statuses = (await sendBulk(bulk(entries))).map(({ Status }) => Status);
      expect(statuses).toEqual(['SUCCESS', 'ACCOUNT_DAILY_QUOTA_EXCEEDED']);
      const quota = { name: 'ThrottlingException', message: 'Daily message quota exceeded.' };
      await expect(send(simple())).rejects.toMatchObject(quota);
      await restart();
      fake.setFaults([{ effect: { kind: 'quota' } }]);
      await expect(send(simple())).rejects.toMatchObject(quota);
      expect(new Set((await sendBulk(bulk(entries))).map(({ Status }) => Status))).toEqual(
        new Set(['ACCOUNT_DAILY_QUOTA_EXCEEDED']),
      );
    });

    it('sends only from verified identities', async () => {
      await restart({ verifiedIdentities: ['mail.example.com'] });
      await expect(send(simple())).rejects.toMatchObject({
        name: 'MessageRejected',
        message: expect.stringContaining('not verified'),
      });
      expect((await send(simple({ FromEmailAddress: 'us@mail.example.com' }))).MessageId).toBeDefined();
      const get = (EmailIdentity: string) => client.send(new GetEmailIdentityCommand({ EmailIdentity }));
      expect(await get('us@mail.example.com')).toMatchObject({
        VerifiedForSendingStatus: true,
        VerificationStatus: 'SUCCESS',
      });
      await expect(get('example.com')).rejects.toMatchObject({ name: 'NotFoundException' });
    });

    it('can have its sending paused', async () => {
      await restart({ sendingEnabled: false });
      await expect(send(simple())).rejects.toMatchObject({ name: 'SendingPausedException' });
    });
  });

  it.each([
    ['another key id', { ...SES_CREDENTIALS, accessKeyId: 'AKIAOTHER' }, 'UnrecognizedClientException'],
    ['another secret', { ...SES_CREDENTIALS, secretAccessKey: 'other' }, 'SignatureDoesNotMatch'],
  ])('checks the signature: %s', async (_, credentials, name) => {
    const other = clientWith(credentials);
    await expect(other.send(new SendEmailCommand(simple()))).rejects.toMatchObject({
      name,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(other.send(new GetAccountCommand({}))).rejects.toMatchObject({ name });
    other.destroy();
  });

  it('wants a signature', async () => {
    const response = await fetch(`${fake.url}/v2/email/outbound-emails`, { method: 'POST', body: '{}' });
    expect([response.status, response.headers.get('x-amzn-errortype')]).toEqual([
      403,
      'MissingAuthenticationTokenException',
    ]);
  });

  it.each([
    [429, undefined, 'TooManyRequestsException'],
    [429, 'ThrottlingException', 'ThrottlingException'],
    [400, 'LimitExceededException', 'LimitExceededException'],
    [400, 'AccountSuspendedException', 'AccountSuspendedException'],
    [400, 'SendingPausedException', 'SendingPausedException'],
    [400, 'MailFromDomainNotVerifiedException', 'MailFromDomainNotVerifiedException'],
    [400, 'MessageRejected', 'MessageRejected'],
    [403, undefined, 'AccessDeniedException'],
    [404, undefined, 'NotFoundException'],
    [500, undefined, 'InternalServiceErrorException'],
    [503, undefined, 'ServiceUnavailable'],
  ])('raises a scripted %i %s in the SDK', async (status, error, name) => {
    fake.setFaults([{ effect: { kind: 'status', status, ...(error && { error }) } }]);
    await expect(send(simple())).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    await expect(sendBulk(bulk([entry('ann', {})]))).rejects.toMatchObject({ name });
    expect(lines('accepted')).toEqual([]);
  });

  it.each([
    ['MESSAGE_REJECTED', 400, 'MessageRejected'],
    ['INVALID_PARAMETER', 400, 'BadRequestException'],
    ['ACCOUNT_THROTTLED', 429, 'TooManyRequestsException'],
    ['ACCOUNT_DAILY_QUOTA_EXCEEDED', 429, 'ThrottlingException'],
    ['ACCOUNT_SUSPENDED', 400, 'AccountSuspendedException'],
    ['ACCOUNT_SENDING_PAUSED', 400, 'SendingPausedException'],
    ['MAIL_FROM_DOMAIN_NOT_VERIFIED', 400, 'MailFromDomainNotVerifiedException'],
    ['TEMPLATE_NOT_FOUND', 404, 'NotFoundException'],
    ['TRANSIENT_FAILURE', 500, 'InternalServiceErrorException'],
    ['FAILED', 500, 'InternalServiceErrorException'],
    ['MessageRejected', 400, 'MessageRejected'],
  ])('has no entries in a single send: what would be %s there is a %i %s', async (error, status, name) => {
    fake.setFaults([{ match: { recipient: '^ann@' }, effect: { kind: 'rejectRecipients', error } }]);
    await expect(send(simple())).rejects.toMatchObject({ name, $metadata: { httpStatusCode: status } });
    expect(lines('rejected')).toMatchObject([{ to: 'ann@example.com', deliveryId: 'dlv_1', error: name }]);
    expect(fake.mails()).toEqual([]);
  });

  it.each([502, 504])('has a load balancer that says %i in HTML', async (status) => {
    fake.setFaults([{ effect: { kind: 'status', status } }]);
    await expect(send(simple())).rejects.toMatchObject({ $metadata: { httpStatusCode: status } });
  });

  it('accepts and cuts the connection, which the SDK cannot tell from a loss before', async () => {
    fake.setFaults([{ match: { calls: [1, 1] }, effect: { kind: 'acceptThenDrop' } }]);
    await expect(send(simple())).rejects.toThrow('ECONNRESET');
    expect(lines('accepted')).toHaveLength(1);
  });

  it('counts bulk entries in bench mode, whatever the data says', async () => {
    await restart({ journal: 'count', maxSendRate: 3 });
    const data = { name: '"Destination":{}' };
    const results = await sendBulk(
      bulk([entry('a', data), entry('b', data), entry('c', data), entry('d', data)]),
    );
    expect(results.map(({ Status }) => Status)).toEqual([
      'SUCCESS',
      'SUCCESS',
      'SUCCESS',
      'ACCOUNT_THROTTLED',
    ]);
    await expect(send(simple())).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    expect(fake.stats()).toMatchObject({ requests: 2, accepted: 3, refused: 1 });
  });
});
