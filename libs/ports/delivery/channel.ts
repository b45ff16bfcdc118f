import type { Text } from '#domain/kernel/text.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Rendered } from '../templating/renderer.js';
import type { ChannelTraits } from './channels.js';
import type { OutgoingMessage } from './message-provider.js';

/** Everything one message is made of. All of it is frozen, so that making it again after a crash gives the same bytes. */
export interface Composing {
  readonly dispatch: Dispatch;
  readonly deliveryId: string;
  readonly to: string;
  readonly rendered: Rendered;
  /** The recipient's own variables. */
  readonly recipient: Readonly<Record<string, unknown>>;
  /** Set for marketing: where the recipient can end it. */
  readonly unsubscribeUrl: string | undefined;
}

/**
 * A channel: how its addresses look, and how its messages are made. To add one: a folder among the adapters with this and
 * its providers, and a line in the registry of channels.
 *
 * Guarantees: pure. The same input makes the same message, byte for byte (a call that is asked again must carry what it
 * carried first). `normalise` of a normal form is that form; whatever it refuses could be two addresses, or none. If it
 * took `a@x,b@x` for one, a stranger could be written to.
 */
export interface Channel extends ChannelTraits {
  /** @throws Refusal naming what is at fault: only this recipient is, its neighbours go out */
  message(from: Composing): OutgoingMessage;
  /** What counts against a provider's `maxBatchedMessageBytes`. */
  parts(message: OutgoingMessage): readonly Text[];
}
export const Channel = Symbol('Channel');
