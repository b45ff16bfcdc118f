/** What one worker process has found out about a provider of a channel. */
export type ProviderTurn =
  /** It failed: it is passed over for so long. A duration, because clocks differ. */
  | {
      readonly kind: 'opened';
      readonly channel: string;
      readonly provider: string;
      readonly forMs: number;
      readonly reason: string;
    }
  /** It works again. */
  | { readonly kind: 'closed'; readonly channel: string; readonly provider: string };

/**
 * Tells the other worker processes how a provider fares.
 *
 * Guarantees: none but speed. News may be lost, doubled or late, and may overtake one another: whoever hears none finds out by
 * its own calls. `tell` never throws and never waits. Nobody hears its own news. `onHeard` returns what ends the hearing; a
 * hearer that throws harms nobody.
 */
export interface ProviderNews {
  tell(turn: ProviderTurn): void;
  onHeard(hear: (turn: ProviderTurn) => void): () => void;
}
export const ProviderNews = Symbol('ProviderNews');
