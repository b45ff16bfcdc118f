import { type Share, wholeShare } from '#domain/delivery/model/rate-share.js';
import type { ProviderNews } from '#ports/delivery/provider-news.js';

/** How much of every rate is this worker's. */
export interface Shares {
  /** From memory, at any time; undefined while it has no place among those that act. */
  share(): Share | undefined;
  /** Calls at once when the share changes; the function that it returns ends that. */
  onChanged(wake: () => void): () => void;
}

/** What the workers of several processes know of one another. */
export interface Company {
  readonly shares: Shares;
  readonly news: ProviderNews;
}

const nothing = (): void => {};

/** One worker that has every provider to itself. */
export const alone: Company = {
  shares: { share: () => wholeShare, onChanged: () => nothing },
  news: { tell: nothing, onHeard: () => nothing },
};
