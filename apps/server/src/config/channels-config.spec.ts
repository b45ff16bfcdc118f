import { describe, expect, it } from '@jest/globals';
import { readServerConfig } from './server-config.js';

const TWILIO = { TWILIO_ACCOUNT_SID: 'AC1', TWILIO_AUTH_TOKEN: 'twilio-secret', TWILIO_FROM: '+15005550006' };

describe('What is configured of callbacks', () => {
  const read = (env: Record<string, string>) => readServerConfig(env, '/nowhere');

  it('stands with the providers, and its secrets with the other secrets', async () => {
    const { channels, secrets } = await read({
      RESEND_WEBHOOK_SECRET: 'whsec_resend',
      SENDGRID_WEBHOOK_PUBLIC_KEY: 'MFkw',
      SES_TOPIC_ARNS: 'arn:aws:sns:eu-west-1:1:a, arn:aws:sns:eu-west-1:1:b',
      WHATSAPP_TOKEN: 'whatsapp-token',
      WHATSAPP_PHONE_NUMBER_ID: '1065',
      WHATSAPP_APP_SECRET: 'app-secret',
      WHATSAPP_VERIFY_TOKEN: 'verify-token',
    });
    expect(channels.email.order).toEqual(['capture']);
    expect(channels.email.settings).toMatchObject({
      resend: { webhookSecret: 'whsec_resend' },
      sendgrid: { webhookPublicKey: 'MFkw' },
      ses: { topicArns: ['arn:aws:sns:eu-west-1:1:a', 'arn:aws:sns:eu-west-1:1:b'] },
    });
    expect(channels['whatsapp']?.settings['whatsapp']).toMatchObject({
      appSecret: 'app-secret',
      verifyToken: 'verify-token',
    });
    expect(secrets).toEqual(expect.arrayContaining(['whsec_resend', 'app-secret', 'verify-token']));
    // What only checks a signature is no secret.
    expect(secrets).not.toContain('MFkw');
  });

  it('tells Twilio where to call, if people can reach us anywhere', async () => {
    const callbackOf = async (env: Record<string, string>) =>
      (await read(env)).channels['sms']?.settings['twilio']?.['statusCallback'];
    const url = { POSTHORN_PUBLIC_URL: 'https://mail.example.com/posthorn/' };
    expect(await callbackOf({ ...TWILIO, ...url })).toBe('https://mail.example.com/posthorn/hooks/twilio');
    expect(await callbackOf(TWILIO)).toBeUndefined();
  });

  it('makes nobody a user of Twilio who has no account there', async () => {
    const { channels } = await read({ POSTHORN_PUBLIC_URL: 'https://mail.example.com' });
    expect(channels['sms']).toMatchObject({ order: ['capture'], settings: { twilio: {} } });
  });
});
