import { describe, expect, it } from '@jest/globals';
import type { Channels } from './channels.js';

/** @param configured the names of those that `make` is configured with, in their order */
export function describeChannelsContract(
  name: string,
  make: () => Channels,
  configured: readonly string[],
): void {
  describe(`Channels: ${name}`, () => {
    it('are those of the deployment, always in one order', () => {
      const channels = make();
      expect(channels.all().map((channel) => channel.name)).toEqual(configured);
      expect(channels.all()).toEqual(channels.all());
    });

    it('are each found under their own name', () => {
      const channels = make();
      for (const channel of channels.all()) expect(channels.find(channel.name)).toBe(channel);
    });

    it.each(['', 'Email', 'pigeon', '__proto__', 'constructor'])('do not include %j', (unknown) => {
      expect(make().find(unknown)).toBeUndefined();
    });
  });
}
