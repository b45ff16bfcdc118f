import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';
import { encodeTime } from '#domain/kernel/ulid.js';
import { describeClockContract } from '#ports/system/clock.contract.js';
import { describeIdsContract } from '#ports/system/ids.contract.js';
import { describeRandomnessContract } from '#ports/system/randomness.contract.js';
import { describeSecretsContract } from '#ports/system/secrets.contract.js';
import { describeApiKeyTokensContract } from '#ports/workspace/api-key-tokens.contract.js';
import { CryptoRandomness } from './crypto-randomness.js';
import { FileSecrets } from './file-secrets.js';
import { MonotonicUlids } from './monotonic-ulids.js';
import { Sha256ApiKeyTokens } from './sha256-api-key-tokens.js';
import { SystemClock } from './system-clock.js';

describeClockContract('SystemClock', () => {
  const clock = new SystemClock();
  return { clock, pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms + 5)) };
});
describeIdsContract('MonotonicUlids', () => new MonotonicUlids(new SystemClock(), new CryptoRandomness()));
describeRandomnessContract('CryptoRandomness', () => new CryptoRandomness());
describeApiKeyTokensContract('Sha256ApiKeyTokens', () => new Sha256ApiKeyTokens(new CryptoRandomness()));

describe('FileSecrets', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'posthorn-secrets-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  describeSecretsContract('FileSecrets', () =>
    Promise.resolve(new FileSecrets(folder, new CryptoRandomness())),
  );

  it('lets nobody but the owner read a secret, and leaves no draft behind', async () => {
    await new FileSecrets(folder, new CryptoRandomness()).generated('private');
    const file = await stat(join(folder, 'secrets', 'private'));
    expect(file.mode & 0o777).toBe(0o600);
    expect((await readFile(join(folder, 'secrets', 'private'))).length).toBe(32);
  });

  it('refuses a damaged secret rather than making another in its place', async () => {
    const secrets = new FileSecrets(folder, new CryptoRandomness());
    await secrets.generated('torn');
    await writeFile(join(folder, 'secrets', 'torn'), 'half');
    await expect(secrets.generated('torn')).rejects.toThrow(/damaged/);
  });

  it('refuses a name that would leave its folder', async () => {
    const secrets = new FileSecrets(folder, new CryptoRandomness());
    await expect(secrets.generated('../posthorn.db')).rejects.toThrow(/cannot be the name/);
  });
});

describe('MonotonicUlids', () => {
  it('starts with the time, so that ids of different moments sort by them', () => {
    const clock = new DrivenClock(Date.UTC(2026, 0, 1));
    const ids = new MonotonicUlids(clock, new SeededRandomness());
    expect(ids.next('cmp').slice(4, 14)).toBe(encodeTime(clock.now()));
  });

  it('goes on counting while the clock is set back', () => {
    const clock = new DrivenClock();
    const ids = new MonotonicUlids(clock, new SeededRandomness());
    const before = ids.next('cmp');
    clock.setWallClock(clock.now() - 3_600_000);
    expect(ids.next('cmp') > before).toBe(true);
  });

  it('moves to the next millisecond when the random part of one is used up', () => {
    const clock = new DrivenClock();
    const ids = new MonotonicUlids(clock, {
      unit: () => 0,
      bytes: (count) => new Uint8Array(count).fill(0xff),
    });
    const first = ids.next('cmp');
    expect(first.slice(14)).toBe('z'.repeat(16));
    expect(ids.next('cmp').slice(4, 14)).toBe(encodeTime(clock.now() + 1));
  });
});
