import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BadConfiguration } from './config-reader.js';
import { readServerConfig } from './server-config.js';

describe('the configuration', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-config-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const read = (env: Record<string, string> = {}) => readServerConfig(env, folder);
  const faultsOf = async (env: Record<string, string> = {}): Promise<readonly string[]> => {
    const error: unknown = await read(env).catch((caught: unknown) => caught);
    if (error instanceof BadConfiguration) return error.faults;
    throw new Error('It was accepted.');
  };
  const yaml = (text: string) => writeFile(join(folder, 'posthorn.config.yaml'), text);

  it('sends on a channel by the vendor whose account is given, and keeps its secrets', async () => {
    const account = join(folder, 'account.json');
    const key = '-----BEGIN PRIVATE KEY-----\\nabc\\n-----END PRIVATE KEY-----\\n';
    await writeFile(account, `{"project_id":"p","private_key":"${key}"}`);
    const config = await read({
      TWILIO_ACCOUNT_SID: 'AC1',
      TWILIO_AUTH_TOKEN: 'twilio-secret',
      TWILIO_FROM: '+15005550006',
      WHATSAPP_TOKEN: 'whatsapp-secret',
      WHATSAPP_PHONE_NUMBER_ID: '1065',
      FCM_SERVICE_ACCOUNT: account,
    });
    expect(config.channels).toMatchObject({
      sms: { order: ['twilio'], settings: { twilio: { accountSid: 'AC1', from: '+15005550006' } } },
      whatsapp: { order: ['whatsapp'], settings: { whatsapp: { phoneNumberId: '1065' } } },
      push: { order: ['fcm'] },
    });
    expect(config.secrets).toEqual(
      expect.arrayContaining(['twilio-secret', 'whatsapp-secret', key, key.replaceAll('\\n', '\n')]),
    );
  });

  it('names what is missed of an account that is given in part', async () => {
    await expect(read({ TWILIO_ACCOUNT_SID: 'AC1', FCM_SERVICE_ACCOUNT: '/nowhere' })).rejects.toMatchObject({
      faults: expect.arrayContaining([
        'TWILIO_AUTH_TOKEN: is needed by the provider twilio',
        'TWILIO_FROM: is needed by the provider twilio',
        expect.stringMatching(/^FCM_SERVICE_ACCOUNT: must be the JSON/),
      ]),
    });
  });

  it('has a default for everything', async () => {
    const config = await read();
    expect(config).toMatchObject({
      target: 'embedded',
      roles: ['api', 'realtime', 'worker', 'timer'],
      host: '127.0.0.1',
      port: 3000,
      dataDir: join(folder, 'data'),
      publicUrl: undefined,
      ownerKey: undefined,
      logLevel: 'info',
      channels: {
        email: { order: ['capture'] },
        sms: { order: ['capture'] },
        whatsapp: { order: ['capture'] },
        push: { order: ['capture'] },
        inbox: { order: ['inbox'] },
      },
      secrets: [],
    });
    expect(config.door.perKey).toEqual({ perSecond: 5000, burst: 10_000 });
    expect(config.lanes.critical.parcels).toBeGreaterThan(0);
  });

  it('is frozen, all the way down', async () => {
    const config = await read();
    expect(
      Object.isFrozen(config) &&
        Object.isFrozen(config.door.perKey) &&
        Object.isFrozen(config.channels.email.order),
    ).toBe(true);
  });

  it('takes the documented variables', async () => {
    const config = await read({
      POSTHORN_TARGET: 'test',
      POSTHORN_ROLES: 'worker, api',
      HOST: '0.0.0.0',
      PORT: '8080',
      POSTHORN_DATA_DIR: '/var/lib/posthorn',
      POSTHORN_PUBLIC_URL: 'https://mail.example.com/',
      POSTHORN_API_KEY: 'a-key-that-is-long-enough',
      LOG_LEVEL: 'debug',
      EMAIL_PROVIDERS: 'ses,resend,sendgrid,smtp',
      SES_REGION: 'eu-west-1',
      SES_ENDPOINT: 'http://127.0.0.1:4579',
      AWS_ACCESS_KEY_ID: 'AKIA',
      AWS_SECRET_ACCESS_KEY: 'aws-secret',
      RESEND_API_KEY: 're_secret',
      RESEND_BASE_URL: 'http://127.0.0.1:1',
      SENDGRID_API_KEY: 'sg_secret',
      SMTP_URL: 'smtp://user:smtp%2Fsecret@127.0.0.1:2525',
    });
    expect(config).toMatchObject({
      roles: ['api', 'worker'],
      host: '0.0.0.0',
      port: 8080,
      dataDir: '/var/lib/posthorn',
      publicUrl: 'https://mail.example.com',
      ownerKey: 'a-key-that-is-long-enough',
    });
    expect(config.channels.email.order).toEqual(['ses', 'resend', 'sendgrid', 'smtp']);
    expect(config.channels.email.settings['ses']).toEqual({
      region: 'eu-west-1',
      endpoint: 'http://127.0.0.1:4579',
      credentials: { accessKeyId: 'AKIA', secretAccessKey: 'aws-secret' },
    });
    expect(config.channels.email.settings['resend']).toEqual({
      apiKey: 're_secret',
      baseUrl: 'http://127.0.0.1:1',
    });
    expect([...config.secrets].sort()).toEqual(
      [
        'aws-secret',
        're_secret',
        'sg_secret',
        'smtp%2Fsecret',
        'smtp/secret',
        'a-key-that-is-long-enough',
      ].sort(),
    );
  });

  it('takes everything structured from a file, and the environment before the file', async () => {
    await yaml(`
      port: 4000
      email:
        providers: [resend, capture]
        resend: { apiKey: from-file, ratePerSecond: 5, burst: 10, weight: 2, timeoutMs: 5000, breaker: { openMs: 50 } }
        capture: { keep: 100 }
      lanes: { bulk: { parcels: 9 } }
      door: { bodyLimitBytes: 2048, perKey: { perSecond: 7.5 }, trustedProxies: [10.0.0.0/8, "::1"] }
    `);
    const config = await read({ PORT: '5000', RESEND_API_KEY: 'from-environment' });
    expect(config.port).toBe(5000);
    expect(config.channels.email.order).toEqual(['resend', 'capture']);
    expect(config.channels.email.settings['resend']).toEqual({
      apiKey: 'from-environment',
      ratePerSecond: 5,
      burst: 10,
      weight: 2,
      timeoutMs: 5000,
      breaker: { openMs: 50 },
    });
    expect(config.channels.email.settings['capture']).toEqual({ keep: 100 });
    expect(config.lanes.bulk.parcels).toBe(9);
    expect(config.door).toMatchObject({ bodyLimitBytes: 2048, perKey: { perSecond: 7.5, burst: 10_000 } });
    expect(config.door.trustedProxies).toEqual(['10.0.0.0/8', '::1']);
  });

  it('takes JSON as well, under the name it is given', async () => {
    await writeFile(join(folder, 'mine.json'), '{"port": 4321}');
    expect((await read({ POSTHORN_CONFIG: join(folder, 'mine.json') })).port).toBe(4321);
  });

  it('takes an empty variable for one that is not set', async () => {
    expect((await read({ PORT: '', POSTHORN_API_KEY: '', POSTHORN_CONFIG: '' })).port).toBe(3000);
  });

  it('names everything that is wrong at once, and repeats no value', async () => {
    await yaml(
      'door: { bodyLimitBytes: -7, perKey: { burst: canary } }\nlanes: { bulk: { parcels: 0, colour: blue } }\ntypo: canary',
    );
    const faults = await faultsOf({
      POSTHORN_TARGET: 'canary',
      POSTHORN_ROLES: 'api,canary',
      PORT: '99999',
      LOG_LEVEL: 'canary',
      POSTHORN_PUBLIC_URL: 'canary',
      EMAIL_PROVIDERS: 'resend,canary,resend',
      SES_ENDPOINT: 'ftp://canary',
      POSTHORN_API_KEY: 'canary with spaces',
    });
    expect(faults.map((fault) => fault.split(':')[0])).toEqual(
      expect.arrayContaining([
        'POSTHORN_TARGET',
        'POSTHORN_ROLES',
        'PORT',
        'LOG_LEVEL',
        'POSTHORN_PUBLIC_URL',
        'EMAIL_PROVIDERS',
        'SES_ENDPOINT',
        'POSTHORN_API_KEY',
        'RESEND_API_KEY',
        'door.bodyLimitBytes (in the file)',
        'door.perKey.burst (in the file)',
        'lanes.bulk.parcels (in the file)',
        'lanes.bulk.colour (in the file)',
        'typo (in the file)',
      ]),
    );
    expect(faults.join()).not.toContain('canary');
  });

  it('names a section that there is not, also when nothing stands in it', async () => {
    await yaml('email: { sess: {}, smtp: {} }\nlane: {}\nlanes: {}');
    expect(await faultsOf({})).toEqual([
      'email.sess (in the file): no such setting',
      'lane (in the file): no such setting',
    ]);
  });

  it('names what the chosen providers miss, and nothing that the others do', async () => {
    expect(await faultsOf({ EMAIL_PROVIDERS: 'ses,resend,smtp' })).toEqual([
      'SES_REGION: is needed by the provider ses',
      'RESEND_API_KEY: is needed by the provider resend',
      'SMTP_URL: is needed by the provider smtp',
    ]);
  });

  it.each([
    ['x.yaml', 'a: [canary'],
    ['x.json', '{"a": canary}'],
    ['x.json', '["canary"]'],
    ['x.yaml', `a: &a [canary, canary]\nb: &b [${'*a, '.repeat(60)}]\nc: [${'*b, '.repeat(60)}]`],
  ])('refuses a file %s that does not parse, or is no mapping, without quoting it', async (name, text) => {
    await writeFile(join(folder, name), text);
    const faults = await faultsOf({ POSTHORN_CONFIG: join(folder, name) });
    expect(faults).toHaveLength(1);
    expect(faults[0]).not.toContain('canary');
  });

  it('refuses a file that is named and not there', async () => {
    expect(await faultsOf({ POSTHORN_CONFIG: join(folder, 'missing.yaml') })).toHaveLength(1);
  });

  it('takes a short owner key on this machine only', async () => {
    expect((await read({ POSTHORN_API_KEY: 'dev' })).ownerKey).toBe('dev');
    expect(await faultsOf({ POSTHORN_API_KEY: 'dev', HOST: '0.0.0.0' })).toHaveLength(1);
  });

  it('notices names that look like ours', async () => {
    expect((await read({ POSTHORN_DATADIR: 'x', POSTHORN_URL: 'y', OTHER: 'z' })).unknownNames).toEqual([
      'POSTHORN_DATADIR',
    ]);
  });
});
