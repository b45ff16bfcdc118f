/** Who takes the messages: how many at once, and what he tells of them. */
export interface Provider {
  readonly messagesPerCall: number;
  /** He tells of a message under an id of his own, which is kept for it. */
  readonly hasOwnIds: boolean;
  /** Calls or messages a second that an account has before it asks for more. */
  readonly startsWith: { readonly perSecond: number; readonly of: 'calls' | 'messages' };
}

export const PROVIDERS = {
  ses: { messagesPerCall: 50, hasOwnIds: true, startsWith: { perSecond: 14, of: 'messages' } },
  resend: { messagesPerCall: 100, hasOwnIds: false, startsWith: { perSecond: 5, of: 'calls' } },
  sendgrid: { messagesPerCall: 1000, hasOwnIds: false, startsWith: { perSecond: 10, of: 'calls' } },
} as const satisfies Record<string, Provider>;
export type ProviderName = keyof typeof PROVIDERS;

export interface Messages {
  /** KB of a message's row: its address, what it was rendered from, and what became of it. */
  readonly rowKb: number;
  /** Share of messages of which the provider tells afterwards: delivered, bounced. */
  readonly reported: number;
  readonly provider: Provider;
}

/** Units for one message, with its share in what several have in common. */
export interface Work {
  readonly writes: readonly (readonly [what: string, units: number])[];
  readonly reads: readonly (readonly [what: string, units: number])[];
}

/** Members of one parcel, and of one transaction that accepts, opens or, with ids to keep, settles. */
export const PARCEL = 1000;
export const STEP = 48;
const STEP_WITHOUT_IDS = 96;
/** A write in a transaction counts twice. */
const TRANSACTED = 2;
/** Put with the change that it tells of, and deleted when it has been told. */
export const EVENT = TRANSACTED + 1;

/**
 * A message of a campaign on DynamoDB, from the page in which it is accepted to what its provider tells of it. Follows
 * libs/adapters/dynamodb/delivery: a change there in what a transaction has in it is one here.
 */
export function workOf({ rowKb, reported, provider }: Messages): Work {
  const row = TRANSACTED * Math.ceil(rowKb);
  const one = TRANSACTED;
  const settling = provider.hasOwnIds ? STEP : STEP_WITHOUT_IDS;
  // A parcel stands in two indexes: each of its changes is written there as well.
  const parcel = one + 2;
  return {
    writes: [
      ['accepted: its row', row],
      ['accepted: its address, once in the dispatch', one],
      ['accepted: counters and parcel', (one + parcel) / STEP],
      ['opened: its row', row],
      ['opened: check of the suppression', one],
      ['opened: counters, parcel and call', (one + parcel + one) / STEP],
      ['settled: its row', row],
      ...(provider.hasOwnIds ? [['settled: the provider’s id', one] as const] : []),
      ['settled: counters, parcel and call', (one + parcel + one) / settling],
      ['parcel claimed, kept and finished', (4 * parcel) / PARCEL],
      ['reported: once, and kept with the message', reported * 2 * one],
      ['reported: its row', reported * row],
      ['reported: counters', reported * one],
      ['reported: the event, and that it was told', reported * EVENT],
    ],
    reads: [
      ['the recipient, and its place in the list', Math.max(1, rowKb / 4) + 0.04],
      ['loaded with its parcel', rowKb / 4],
      ['looked at before the call', Math.ceil(rowKb / 4)],
      ['looked at after the call', Math.ceil(rowKb / 4)],
      ['reported: by its id', reported * (2 + Math.ceil(rowKb / 4))],
    ],
  };
}

export const sumOf = (parts: readonly (readonly [string, number])[]): number =>
  parts.reduce((sum, [, units]) => sum + units, 0);
