import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MOST_DEVICES, type Profile } from '#domain/communication/model/profile.js';
import { acme, rival, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Profiles } from './profiles.js';
import {
  aDevice,
  aProfile,
  type CommunicationStores,
  moved,
  type OpenCommunicationStores,
} from './testing/communication-stores.js';

/** @param mostDevices fewer where making so many takes minutes: an adapter over an emulator is made to keep as many */
export function describeProfilesContract(
  name: string,
  open: OpenCommunicationStores,
  mostDevices = MOST_DEVICES,
): void {
  describe(`Profiles: ${name}`, () => {
    let its: CommunicationStores;
    let profiles: Profiles;
    beforeEach(async () => {
      its = await open();
      profiles = its.profiles;
    });
    afterEach(() => its.close());

    const add = async (change: Partial<Profile> = {}): Promise<Profile> => {
      const profile = aProfile(change);
      await profiles.save(undefined, profile);
      return profile;
    };
    const idsOf = async (userId: string, workspaceId = acme) =>
      (await profiles.devices(workspaceId, userId)).map(({ id }) => id).sort();

    describe('the profile', () => {
      it('is given back as it was made, what is left out left out', async () => {
        const plain = await add();
        const full = await add({
          userId: `100% "o'neil"/ä_\\ ${'x'.repeat(100)}`,
          locale: 'de-AT',
          timezone: 'Europe/Vienna',
          quietHours: { from: '22:00', to: '07:00' },
          preferences: { types: { receipt: [] }, categories: { news: ['email'] }, channels: ['push'] },
        });
        expect(await profiles.find(acme, plain.userId)).toEqual(plain);
        expect(await profiles.find(acme, full.userId)).toEqual(full);
        expect(await profiles.find(acme, 'ann')).toBeUndefined();
      });

      it('is made only where there is none', async () => {
        const profile = await add();
        expect(await profiles.save(undefined, { ...profile, locale: 'fr' })).toBe('conflict');
        expect(await profiles.find(acme, profile.userId)).toEqual(profile);
      });

      it('is made once when many make it at once', async () => {
        const answers = await allAtOnce(12, (i) =>
          profiles.save(undefined, aProfile({ timezone: `Etc/GMT+${i}` })),
        );
        expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
        const winner = `Etc/GMT+${answers.indexOf('saved')}`;
        expect((await profiles.find(acme, 'anna'))?.timezone).toBe(winner);
      });

      it('is replaced by whoever decided on its latest revision', async () => {
        const before = await add();
        const after = moved(before, { locale: 'fr' });
        expect(await profiles.save(before, after)).toBe('saved');
        expect(await profiles.save(before, moved(before, { locale: 'it' }))).toBe('conflict');
        expect(await profiles.find(acme, before.userId)).toEqual(after);
      });

      it('is replaced by exactly one of many that decide at once', async () => {
        const before = await add();
        const answers = await allAtOnce(12, (i) =>
          profiles.save(before, moved(before, { timezone: `Etc/GMT+${i}` })),
        );
        expect(answers.filter((answer) => answer === 'saved')).toHaveLength(1);
        const winner = `Etc/GMT+${answers.indexOf('saved')}`;
        expect((await profiles.find(acme, before.userId))?.timezone).toBe(winner);
      });

      it('cannot be replaced where there is none', async () => {
        const never = aProfile();
        expect(await profiles.save(never, moved(never, {}))).toBe('conflict');
        expect(await profiles.find(acme, never.userId)).toBeUndefined();
      });

      it('is gone once it is removed, and can be made anew', async () => {
        const profile = await add();
        expect(await profiles.remove(acme, profile.userId)).toBe(true);
        expect(await profiles.remove(acme, profile.userId)).toBe(false);
        expect(await profiles.find(acme, profile.userId)).toBeUndefined();
        expect(await profiles.save(profile, moved(profile, {}))).toBe('conflict');
        expect(await profiles.save(undefined, profile)).toBe('saved');
      });

      it('is of its own workspace', async () => {
        const mine = await add();
        expect(await profiles.find(rival, mine.userId)).toBeUndefined();
        expect(await profiles.remove(rival, mine.userId)).toBe(false);
        const stolen = { ...mine, workspaceId: rival };
        expect(await profiles.save(stolen, moved(stolen, {}))).toBe('conflict');
        expect(await profiles.save(undefined, stolen)).toBe('saved');
        expect(await profiles.find(acme, mine.userId)).toEqual(mine);
      });
    });

    describe('devices', () => {
      it('are listed as they were added, by user', async () => {
        const phone = aDevice();
        const browser = aDevice({ platform: 'web', address: 'fid:"x"' });
        for (const device of [phone, browser, aDevice({ userId: 'ben' })])
          expect(await profiles.addDevice(device)).toEqual(device);
        const listed = await profiles.devices(acme, 'anna');
        expect(listed).toHaveLength(2);
        expect(listed).toEqual(expect.arrayContaining([phone, browser]));
        expect(await profiles.devices(acme, 'nobody')).toEqual([]);
      });

      it('move to whoever registers their address, and stay the same device', async () => {
        const annas = await profiles.addDevice(aDevice({ address: 'token:shared' }));
        const bens = aDevice({
          address: 'token:shared',
          userId: 'ben',
          platform: 'ios',
          createdAt: START + 1,
        });
        const became = await profiles.addDevice(bens);
        expect(became).toEqual({ ...bens, id: annas.id });
        expect(await profiles.devices(acme, 'ben')).toEqual([became]);
        expect(await profiles.devices(acme, 'anna')).toEqual([]);
      });

      it('are one device though they are registered again and again', async () => {
        const first = await profiles.addDevice(aDevice({ address: 'token:a' }));
        const again = await profiles.addDevice(aDevice({ address: 'token:a', createdAt: START + 5 }));
        expect(again).toEqual({ ...first, createdAt: START + 5 });
        expect(await profiles.devices(acme, 'anna')).toEqual([again]);
      });

      it('belong to one user when many register the same address at once', async () => {
        const users = Array.from({ length: 12 }, (_, i) => `user${i}`);
        const answers = await Promise.all(
          users.map((userId) => profiles.addDevice(aDevice({ userId, address: 'token:shared' }))),
        );
        const lists = await Promise.all(users.map((userId) => profiles.devices(acme, userId)));
        expect(lists.flat()).toHaveLength(1);
        expect(new Set(answers.map(({ id }) => id))).toEqual(new Set([lists.flat()[0]?.id]));
      });

      it('are kept apart between workspaces', async () => {
        const ours = await profiles.addDevice(aDevice({ address: 'token:a' }));
        const theirs = await profiles.addDevice(aDevice({ address: 'token:a', workspaceId: rival }));
        expect(await profiles.devices(acme, 'anna')).toEqual([ours]);
        expect(await profiles.devices(rival, 'anna')).toEqual([theirs]);
        expect(await profiles.removeDevice(rival, 'anna', ours.id)).toBe(false);
        expect(await profiles.removeAddress(rival, 'token:a')).toBe(true);
        expect(await profiles.devices(acme, 'anna')).toEqual([ours]);
      });

      it('can be removed by their user, and by nobody else', async () => {
        const device = await profiles.addDevice(aDevice());
        expect(await profiles.removeDevice(acme, 'ben', device.id)).toBe(false);
        expect(await profiles.removeDevice(acme, 'anna', device.id)).toBe(true);
        expect(await profiles.removeDevice(acme, 'anna', device.id)).toBe(false);
        expect(await profiles.devices(acme, 'anna')).toEqual([]);
      });

      it('are dropped by their address, whoever has them', async () => {
        const gone = await profiles.addDevice(aDevice({ userId: 'ben' }));
        const stays = await profiles.addDevice(aDevice({ userId: 'ben' }));
        expect(await profiles.removeAddress(acme, gone.address)).toBe(true);
        expect(await profiles.removeAddress(acme, gone.address)).toBe(false);
        expect(await idsOf('ben')).toEqual([stays.id]);
      });

      it('are kept if they were registered after the moment up to which they are dropped', async () => {
        const device = await profiles.addDevice(aDevice({ createdAt: START + 5 }));
        expect(await profiles.removeAddress(acme, device.address, START + 4)).toBe(false);
        expect(await profiles.devices(acme, 'anna')).toEqual([device]);
        expect(await profiles.removeAddress(acme, device.address, START + 5)).toBe(true);
        expect(await profiles.devices(acme, 'anna')).toEqual([]);
      });

      it('go with the profile of their user', async () => {
        await add();
        const lost = await profiles.addDevice(aDevice());
        const kept = await profiles.addDevice(aDevice({ userId: 'ben' }));
        const elsewhere = await profiles.addDevice(aDevice({ workspaceId: rival }));
        await profiles.remove(acme, 'anna');
        expect(await idsOf('anna')).toEqual([]);
        expect(await profiles.removeAddress(acme, lost.address)).toBe(false);
        expect(await idsOf('ben')).toEqual([kept.id]);
        expect(await idsOf('anna', rival)).toEqual([elsewhere.id]);
      });

      it('are removed with a user of whom there is nothing else', async () => {
        await profiles.addDevice(aDevice());
        expect(await profiles.remove(acme, 'anna')).toBe(true);
        expect(await idsOf('anna')).toEqual([]);
      });

      it(`are at most ${mostDevices} of a user: those registered longest ago are dropped`, async () => {
        const made = Array.from({ length: mostDevices }, (_, i) => aDevice({ createdAt: START + i }));
        await allAtOnce(mostDevices, (i) => profiles.addDevice(made[i]!));
        const others = await profiles.addDevice(aDevice({ userId: 'ben' }));
        expect(await idsOf('anna')).toHaveLength(mostDevices);
        // The first is registered again, so the second is now the one of longest ago.
        const again = { ...aDevice({ createdAt: START + mostDevices }), address: made[0]!.address };
        await profiles.addDevice(again);
        const newest = await profiles.addDevice(aDevice({ createdAt: START + mostDevices + 1 }));
        const left = await idsOf('anna');
        expect(left).toHaveLength(mostDevices);
        expect(left).toEqual(expect.arrayContaining([made[0]!.id, made[2]!.id, newest.id]));
        expect(left).not.toContain(made[1]!.id);
        expect(await idsOf('ben')).toEqual([others.id]);
      }, 30_000);
    });

    describe('what somebody wrote to us', () => {
      it('is remembered by the latest time, of each channel and address', async () => {
        expect(await profiles.lastInbound('whatsapp', '+431')).toBeUndefined();
        await profiles.touch('whatsapp', '+431', START + 5);
        await profiles.touch('whatsapp', '+431', START + 9);
        await profiles.touch('sms', '+431', START + 20);
        await profiles.touch('whatsapp', '+432', START + 30);
        expect(await profiles.lastInbound('whatsapp', '+431')).toBe(START + 9);
      });

      it('counts by when it was written, not by when we hear of it', async () => {
        await allAtOnce(12, (i) => profiles.touch('whatsapp', '+431', START + ((i * 5) % 12)));
        expect(await profiles.lastInbound('whatsapp', '+431')).toBe(START + 11);
        await profiles.touch('whatsapp', '+431', START);
        expect(await profiles.lastInbound('whatsapp', '+431')).toBe(START + 11);
      });
    });
  });
}
