import type { DispatchId } from '#domain/delivery/model/dispatch.js';

/**
 * Links made for one recipient of one dispatch.
 *
 * Guarantees: the same arguments give the same link for ever (a repeated call carries the same bytes), nobody without
 * the deployment's secret can make one, and it holds no address in clear.
 */
export interface RecipientLinks {
  /** Absolute URL that ends marketing mail to this recipient by one POST (RFC 8058). */
  unsubscribe(dispatchId: DispatchId, ref: string): string;
  /** Where pictures and other static files of templates are served. */
  readonly assets: string;
}
export const RecipientLinks = Symbol('RecipientLinks');
