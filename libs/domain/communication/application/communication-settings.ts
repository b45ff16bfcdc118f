import type { Quotas } from '#domain/communication/model/quota.js';

/** What an operator may say about notifications. */
export interface CommunicationSettings {
  /** `Name <address>`: who e-mails are from whose type names no sender. */
  readonly from: string;
  /** Left out: nobody has one, and nothing is counted. */
  readonly quotas?: Quotas;
}
export const CommunicationSettings = Symbol('CommunicationSettings');
