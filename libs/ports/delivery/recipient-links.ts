import type { DispatchId } from '#domain/delivery/model/dispatch.js';
import type { PreferenceClaim } from './preference-tokens.js';

/**
 * Links made for one recipient of one dispatch.
 *
 * Guarantees: the same arguments give the same link for ever (a repeated call carries the same bytes, even if this
 * deployment has moved to another address since), nobody without the deployment's secret can make one, and it holds no
 * address in clear.
 */
export interface RecipientLinks {
  /** Where links made from now on lead: an absolute URL without a slash at its end. A dispatch keeps the one it opened with. */
  readonly base: string;
  /** Absolute URL that ends marketing mail to this recipient by one POST (RFC 8058). */
  unsubscribe(base: string, dispatchId: DispatchId, ref: string): string;
  /** Absolute URL of the page on which a recipient says what they want to be told, and how. */
  preferences(base: string, claim: PreferenceClaim): string;
  /** Where pictures and other static files of templates are served, without a slash at its end. */
  assets(base: string): string;
}
export const RecipientLinks = Symbol('RecipientLinks');
