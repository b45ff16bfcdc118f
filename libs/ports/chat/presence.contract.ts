import { beforeEach, describe, expect, it } from '@jest/globals';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { acme, rival } from '#ports/delivery/testing/delivery-stores.js';
import type { Presence } from './presence.js';

export interface PresenceUnderTest {
  readonly presence: Presence;
  now(): number;
  pass(ms: number): Promise<void>;
}

export function describePresenceContract(name: string, make: () => PresenceUnderTest): void {
  describe(`Presence: ${name}`, () => {
    let presence: Presence;
    let under: PresenceUnderTest;
    beforeEach(() => {
      under = make();
      ({ presence } = under);
    });
    const phone = { id: 'phone', state: 'online' as const };
    const laptop = { id: 'laptop', state: 'away' as const };
    const anna = async (workspaceId: WorkspaceId = acme) => (await presence.of(workspaceId, ['anna']))[0];

    it('knows nothing of whom nobody has heard of', async () => {
      expect(await presence.of(acme, ['anna', 'ben'])).toEqual([
        { userId: 'anna', state: 'offline' },
        { userId: 'ben', state: 'offline' },
      ]);
    });

    it('shows a user as all of their devices together', async () => {
      await presence.hold(acme, 'anna', laptop, 60_000);
      expect(await anna()).toMatchObject({ state: 'away' });
      await presence.hold(acme, 'anna', phone, 60_000);
      expect(await anna()).toMatchObject({ state: 'online', lastSeenAt: under.now() });
      await presence.hold(acme, 'anna', { ...phone, state: 'away' }, 60_000);
      expect(await anna()).toMatchObject({ state: 'away' });
    });

    it('shows a user as gone when the last device is, and when that was', async () => {
      await presence.hold(acme, 'anna', phone, 60_000);
      await presence.hold(acme, 'anna', laptop, 60_000);
      await presence.drop(acme, 'anna', 'phone');
      expect(await anna()).toMatchObject({ state: 'away' });
      await under.pass(1_000);
      await presence.drop(acme, 'anna', 'laptop');
      await presence.drop(acme, 'anna', 'laptop');
      const lastSeenAt = under.now();
      await under.pass(1_000);
      expect(await anna()).toEqual({ userId: 'anna', state: 'offline', lastSeenAt });
    });

    it('leaves no ghost of a device that died: its lease runs out though nobody says so', async () => {
      await presence.hold(acme, 'anna', phone, 60_000);
      const lastSeenAt = under.now();
      await under.pass(59_999);
      expect(await anna()).toMatchObject({ state: 'online' });
      await under.pass(1);
      expect(await anna()).toEqual({ userId: 'anna', state: 'offline', lastSeenAt });
    });

    it('holds on as long as the lease is renewed', async () => {
      for (let n = 0; n < 5; n++) {
        await presence.hold(acme, 'anna', phone, 60_000);
        await under.pass(40_000);
      }
      expect(await anna()).toMatchObject({ state: 'online' });
    });

    it('knows nothing of a user of the same name elsewhere', async () => {
      await presence.hold(acme, 'anna', phone, 60_000);
      expect(await anna(rival)).toEqual({ userId: 'anna', state: 'offline' });
    });
  });
}
