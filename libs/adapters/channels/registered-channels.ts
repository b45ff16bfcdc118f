import type { Channels, ChannelTraits } from '#ports/delivery/channels.js';

/** The channels of a list, in its order: those that this deployment is configured with. */
export class RegisteredChannels implements Channels {
  readonly #channels: readonly ChannelTraits[];
  readonly #byName: ReadonlyMap<string, ChannelTraits>;

  constructor(channels: readonly ChannelTraits[]) {
    this.#channels = [...channels];
    this.#byName = new Map(channels.map((channel) => [channel.name, channel]));
  }

  all(): readonly ChannelTraits[] {
    return this.#channels;
  }

  find(name: string): ChannelTraits | undefined {
    return this.#byName.get(name);
  }
}
