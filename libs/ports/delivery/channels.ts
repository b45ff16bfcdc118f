/** WhatsApp's 24 hours: within them anything may be written, at any other time only what was approved before. */
export interface ConversationWindow {
  /** Milliseconds that it stays open after each of the person's messages. */
  readonly openMs: number;
  /** Whether a template with this source of its text part may be sent within the window only. */
  needed(text: string): boolean;
}

/** What the rest of Posthorn has to know of a channel. Plain data and pure functions: nothing else may depend on its name. */
export interface ChannelTraits {
  /** `email`, `sms`, …: also what its deliveries are filed under. */
  readonly name: string;
  /** Under which of a recipient's addresses it finds them: `email`, `phone`, … `devices`: all of theirs; `userId`: they need no other. */
  readonly addressKind: string;
  /** The parts its templates have. */
  readonly template: { readonly subject: 'required' | 'optional' | 'none'; readonly html: boolean };
  /** Accepted is as good as delivered: it lies where its recipient will look. */
  readonly arrivesWhenAccepted: boolean;
  /** Set where what may be sent depends on whether the person has written to us lately. */
  readonly window?: ConversationWindow;
  /** The normal form of an address of its kind; undefined if the text is none. */
  normalise(address: string): string | undefined;
}

/**
 * The channels of this deployment.
 *
 * Guarantees: the same for every process of a deployment, and they don't change while it runs. One without a configured
 * provider is not among them.
 */
export interface Channels {
  all(): readonly ChannelTraits[];
  find(name: string): ChannelTraits | undefined;
}
export const Channels = Symbol('Channels');
