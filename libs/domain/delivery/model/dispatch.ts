import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';

/** Lanes in the order of their claim on providers: an OTP, a receipt, a newsletter. */
export const lanes = ['critical', 'standard', 'bulk'] as const;
export type Lane = (typeof lanes)[number];

/** The id of whatever ordered the messages (`cmp_…`, `ntf_…`, `tst_…`): the `source` in a delivery's identity. */
export type DispatchId = Brand<string, 'DispatchId'>;

/**
 * What to do with a message whose provider call we lost sight of, where the provider can't be asked again:
 * `resend` risks a second copy (at least once), `park` risks none (at most once) and lists it as unknown.
 */
export type UnknownPolicy = 'resend' | 'park';

/** Marketing mail also honours unsubscribes; transactional mail honours only bounces, complaints and manual entries. */
export type Purpose = 'marketing' | 'transactional';

/** What is sent, frozen when the dispatch opens: editing a template never changes a started one. */
export interface DispatchContent {
  readonly templateId: string;
  readonly templateVersion: number;
  /** `Name <address>` or a bare address, where the channel shows one. */
  readonly from: string;
  readonly replyTo?: string;
  /** Overrides the template's own subject; may hold variables like it. */
  readonly subject?: string;
  /** Variables that are the same for every recipient. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** One order to deliver one content to many recipients over one channel and lane. */
export interface Dispatch {
  readonly id: DispatchId;
  readonly workspaceId: WorkspaceId;
  /** One of those that this deployment has. */
  readonly channel: string;
  readonly lane: Lane;
  readonly purpose: Purpose;
  readonly unknownPolicy: UnknownPolicy;
  readonly content: DispatchContent;
  /** Whom `ref` of its recipients names: then they have a link to their preferences. A user's may be empty. */
  readonly refersTo?: 'subscriber' | 'user';
  /** Base of the links in its mails, frozen with the content: a call repeated after a move must carry the same bytes. */
  readonly linkBase: string;
  /** Messages per second over all providers; undefined leaves it to the providers' own budgets. */
  readonly ratePerSecond?: number;
  /** No send starts at or after this instant. */
  readonly expiresAt?: Instant;
  /** After this instant a message that still found no provider is dead instead of waiting on. */
  readonly giveUpAt: Instant;
}

/** A dispatch as it is ordered: where its links lead is the delivery backbone's to say. */
export type DispatchOrder = Omit<Dispatch, 'linkBase'>;

/** `halted` starts no new sends and keeps everything; `cancelled` is final and removes what is pending. */
export type DispatchControl = 'open' | 'halted' | 'cancelled';
