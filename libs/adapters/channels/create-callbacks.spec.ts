import { describe, expect, it } from '@jest/globals';
import { RESEND_WEBHOOK_SECRET } from '#test/fakes/resend/resend-callbacks.js';
import { sendGridKeys } from '#test/fakes/sendgrid/sendgrid-callbacks.js';
import { SNS_TOPIC } from '#test/fakes/ses/ses-callbacks.js';
import { WHATSAPP_ACCOUNT } from '#test/fakes/whatsapp/fake-whatsapp.js';
import { createCallbacks } from './create-callbacks.js';
import type { ChannelsConfig } from './create-providers.js';

const email = {
  order: ['capture'],
  settings: {
    resend: { webhookSecret: RESEND_WEBHOOK_SECRET },
    sendgrid: { webhookPublicKey: sendGridKeys().publicKey },
    ses: { topicArns: [SNS_TOPIC] },
  },
};
const config: ChannelsConfig = {
  email,
  sms: { order: ['twilio'], settings: { twilio: { authToken: 't0ken' } } },
  whatsapp: { order: ['whatsapp'], settings: { whatsapp: WHATSAPP_ACCOUNT } },
  push: { order: ['capture'], settings: {} },
};

describe('The readers of callbacks', () => {
  it('are made of every provider whose secrets are configured, in the order of failover or not', async () => {
    const readers = await createCallbacks(config);
    expect([...readers].map(([name, { channel, callbacks }]) => [name, channel, callbacks.provider])).toEqual(
      [
        ['resend', 'email', 'resend'],
        ['sendgrid', 'email', 'sendgrid'],
        ['ses', 'email', 'ses'],
        ['twilio', 'sms', 'twilio'],
        ['whatsapp', 'whatsapp', 'whatsapp'],
      ],
    );
  });

  it.each<[string, ChannelsConfig]>([
    ['nothing is configured', {}],
    ['a channel has no providers', { email: { order: [], settings: {} } }],
    ['secrets are empty', { email: { order: [], settings: { resend: { webhookSecret: '' } } } }],
    ['there are no topics', { email: { order: [], settings: { ses: { topicArns: [] } } } }],
    [
      'half of what WhatsApp needs is there',
      { whatsapp: { order: [], settings: { whatsapp: { appSecret: 'x', phoneNumberId: '1' } } } },
    ],
  ])('are none where %s', async (_, none) => {
    expect((await createCallbacks(none)).size).toBe(0);
  });

  it('name the setting that is no good, and not its value', async () => {
    const settings = { resend: { webhookSecret: 's3cret' } };
    const making = createCallbacks({ email: { order: [], settings } });
    await expect(making).rejects.toThrow(/^resend: webhookSecret must be (?!.*s3cret)/);
  });
});
