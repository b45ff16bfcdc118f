/** What an operator may say about notifications. */
export interface CommunicationSettings {
  /** `Name <address>`: who e-mails are from whose type names no sender. */
  readonly from: string;
}
export const CommunicationSettings = Symbol('CommunicationSettings');
