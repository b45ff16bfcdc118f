import { describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { LONGEST_TOKEN_MS, type UserTokens } from './user-tokens.js';

export interface UserTokensUnderTest {
  readonly tokens: UserTokens;
  /** The same deployment's, in another process. */
  readonly sameKey: UserTokens;
  /** Another deployment's. */
  readonly otherKey: UserTokens;
  now(): number;
  pass(ms: number): Promise<void>;
}

const anna = { workspaceId: 'wsp_acme' as WorkspaceId, userId: 'anna:1@acme.example' };

export function describeUserTokensContract(name: string, make: () => UserTokensUnderTest): void {
  describe(`UserTokens: ${name}`, () => {
    it('mints what every process of the deployment takes, until it expires', async () => {
      const { tokens, sameKey, now, pass } = make();
      const { token, expiresAt } = await tokens.mint(anna, 60_000);
      expect(expiresAt - now()).toBeGreaterThanOrEqual(60_000);
      expect(expiresAt - now()).toBeLessThan(61_000);
      expect(await sameKey.verify(token)).toEqual({ kind: 'user', ...anna, expiresAt });
      await pass(expiresAt - now() - 1);
      expect(await sameKey.verify(token)).toMatchObject({ kind: 'user' });
      await pass(1);
      expect(await sameKey.verify(token)).toEqual({ kind: 'refused', reason: 'expired' });
    });

    it('mints none that lives longer than a day', async () => {
      const { tokens, now } = make();
      const { token, expiresAt } = await tokens.mint(anna, 10 * LONGEST_TOKEN_MS);
      expect(expiresAt - now()).toBeLessThanOrEqual(LONGEST_TOKEN_MS);
      expect(await tokens.verify(token)).toMatchObject({ kind: 'user', expiresAt });
    });

    it('takes none of another deployment', async () => {
      const { tokens, otherKey } = make();
      const { token } = await otherKey.mint(anna, 60_000);
      expect(await tokens.verify(token)).toEqual({ kind: 'refused', reason: 'forged' });
    });

    it('takes none of which one character was changed', async () => {
      const { tokens } = make();
      const { token } = await tokens.mint(anna, 60_000);
      for (let at = 0; at < token.length; at++) {
        const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
        expect([at, (await tokens.verify(changed)).kind]).toEqual([at, 'refused']);
      }
    });

    it.each(['', '.', '..', 'a.b.c', 'null', '{}', 'ü.ü.ü', `${'x'.repeat(100_000)}.y.z`, 'a.b.c.d.e'])(
      'takes %p for none',
      async (token) => {
        expect((await make().tokens.verify(token)).kind).toBe('refused');
      },
    );
  });
}
