import type { MessageProvider, OutgoingMessage } from './message-provider.js';

/** One text message. `to` is a number in E.164: `+` and 7 to 15 digits. */
export interface SmsMessage extends OutgoingMessage {
  /** 1 to 1,600 UTF-16 units; longer ones were refused before. */
  readonly body: string;
  /** Seconds after which the carriers need not try any more; undefined for the provider's own. */
  readonly validForSeconds?: number;
}

/** A way to send text messages, with the guarantees of {@link MessageProvider}. */
export type SmsProvider = MessageProvider<SmsMessage>;
