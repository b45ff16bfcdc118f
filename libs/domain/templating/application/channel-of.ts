import { Refusal } from '#domain/kernel/refusal.js';
import type { Channels, ChannelTraits } from '#ports/delivery/channels.js';

/** @throws Refusal `validation_failed`, pointing at `/channel` */
export function channelOf(channels: Channels, name: unknown): ChannelTraits {
  const channel = typeof name === 'string' ? channels.find(name) : undefined;
  if (channel) return channel;
  const names = channels.all().map((one) => one.name);
  throw new Refusal('validation_failed', `There is no such channel here. There are: ${names.join(', ')}.`, {
    faults: [{ pointer: '/channel', code: 'validation_failed', detail: 'Not a channel there is.' }],
  });
}
