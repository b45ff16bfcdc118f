import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { MemoryLog } from '#adapters/memory/system/memory-log.js';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { describeSecretsContract } from '#ports/system/secrets.contract.js';
import { type FakeSecrets, startFakeSecrets } from '#test/fakes/secrets-manager/fake-secrets-manager.js';
import { RotatedSecret } from './rotated-secret.js';
import { SecretsManagerSecrets } from './secrets-manager-secrets.js';

let fake: FakeSecrets;
let client: SecretsManagerClient;
beforeEach(async () => {
  fake = await startFakeSecrets();
  client = new SecretsManagerClient({
    endpoint: fake.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
});
afterEach(async () => {
  client.destroy();
  await fake.close();
});

const aProcess = (): SecretsManagerSecrets =>
  new SecretsManagerSecrets({ client, prefix: 'posthorn/test/' }, new CryptoRandomness());

describeSecretsContract('SecretsManagerSecrets', () => Promise.resolve(aProcess()));

describe('SecretsManagerSecrets', () => {
  it('asks once for what it knows, however many want it', async () => {
    const secrets = aProcess();
    await Promise.all([...Array(8)].map(() => secrets.generated('links')));
    await secrets.generated('links');
    expect(fake.asked).toEqual(['GetSecretValue', 'CreateSecret', 'GetSecretValue']);
  });

  it('is one secret though the answer to its making was lost', async () => {
    fake.plan({ operation: 'CreateSecret', how: 'lost', times: 1 });
    const made = await aProcess().generated('links');
    expect(await aProcess().generated('links')).toEqual(made);
  });

  it('goes on when it was throttled, and asks anew after a failure', async () => {
    fake.plan({ how: 'ThrottlingException', times: 1 });
    const secrets = aProcess();
    const made = await secrets.generated('links');
    fake.plan({ how: 'AccessDeniedException', times: 1 });
    await expect(secrets.generated('other')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(await secrets.generated('other')).not.toEqual(made);
  });

  it('takes nothing for a secret that somebody else has put there', async () => {
    fake.rotate('posthorn/test/links', 'typed by hand');
    await expect(aProcess().generated('links')).rejects.toThrow('not one of ours');
  });
});

describe('RotatedSecret', () => {
  let clock: DrivenClock;
  let log: MemoryLog;
  let secret: RotatedSecret;
  beforeEach(() => {
    clock = new DrivenClock();
    log = new MemoryLog();
    secret = new RotatedSecret('resend', { client, clock, log });
    fake.rotate('resend', 'one');
  });
  const now = async (): Promise<string> => (await secret.current()).text;

  it('is asked for once in five minutes, and tells of a rotation then', async () => {
    expect(await Promise.all([now(), now(), now()])).toEqual(['one', 'one', 'one']);
    fake.rotate('resend', 'two');
    await clock.advance(299_000);
    expect(await now()).toBe('one');
    expect(fake.asked).toHaveLength(1);
    await clock.advance(2_000);
    expect(await now()).toBe('two');
  });

  it('is asked for again when it was refused, and not for each who is', async () => {
    const old = await secret.current();
    await clock.advance(10_000);
    fake.rotate('resend', 'two');
    secret.refused(old);
    secret.refused(old);
    expect(await Promise.all([now(), now()])).toEqual(['two', 'two']);
    // Said late by those who had the old one.
    secret.refused(old);
    expect(await now()).toBe('two');
    secret.refused(await secret.current());
    expect(await now()).toBe('two');
    expect(fake.asked).toHaveLength(2);
    await clock.advance(10_000);
    await now();
    expect(fake.asked).toHaveLength(3);
  });

  it('goes on with what it knows while nobody answers, and says so', async () => {
    await now();
    await clock.advance(300_000);
    fake.plan({ how: 'AccessDeniedException', times: 1 });
    fake.rotate('resend', 'two');
    expect(await now()).toBe('one');
    expect(log.complaints).toEqual(['secrets.unavailable']);
    await clock.advance(10_000);
    expect(await now()).toBe('two');
  });

  it('fails where it never was', async () => {
    const missing = new RotatedSecret('nowhere', { client, clock, log });
    await expect(missing.current()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
