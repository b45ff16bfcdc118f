import { describe, expect, it } from '@jest/globals';
import type { Secrets } from './secrets.js';

/** `make` answers a further user of the same deployment's secrets each time it is called. */
export function describeSecretsContract(name: string, make: () => Promise<Secrets>): void {
  describe(`Secrets: ${name}`, () => {
    it('answers 32 bytes, the same ones for a name each time', async () => {
      const secrets = await make();
      const first = await secrets.generated('unsubscribe-tokens');
      expect(first).toHaveLength(32);
      expect(await secrets.generated('unsubscribe-tokens')).toEqual(first);
    });

    it('answers other bytes for another name', async () => {
      const secrets = await make();
      expect(await secrets.generated('click-tokens')).not.toEqual(await secrets.generated('open-tokens'));
    });

    it('gives everybody the same secret when many ask first at once', async () => {
      const users = await Promise.all(Array.from({ length: 8 }, make));
      const answers = await Promise.all(users.map((user) => user.generated('first-use')));
      const distinct = new Set(answers.map((bytes) => Buffer.from(bytes).toString('hex')));
      expect(distinct.size).toBe(1);
    });

    it('is not changed by somebody who writes over the bytes they were given', async () => {
      const secrets = await make();
      const given = await secrets.generated('mine');
      const kept = Uint8Array.from(given);
      given.fill(0);
      expect(await secrets.generated('mine')).toEqual(kept);
    });
  });
}
