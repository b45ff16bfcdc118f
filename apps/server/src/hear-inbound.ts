import type { OnInbound } from '#domain/delivery/application/take-callbacks.js';
import type { Profiles } from '#ports/communication/profiles.js';

/** Who writes to us on WhatsApp may be written to freely for a day: the communication context keeps the time. */
export function hearInbound(profiles: Profiles): OnInbound {
  return async (messages) => {
    for (const { channel, from, at } of messages) await profiles.touch(channel, from, at);
  };
}
