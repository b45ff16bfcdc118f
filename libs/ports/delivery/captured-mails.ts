import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import type { PlainEmail } from './email-provider.js';

/** A mail that went nowhere, as it would have gone out. */
export interface CapturedMail extends PlainEmail {
  /** What the capture provider gives as the provider's message id, see {@link capturedMailId}. */
  readonly id: string;
  readonly at: Instant;
}

/** What a list shows of a mail. */
export interface CapturedSummary extends Pick<
  CapturedMail,
  'id' | 'at' | 'deliveryId' | 'from' | 'to' | 'subject'
> {
  /** How its text begins, at most {@link BEGINNING} characters, where there is a text and no subject: a code sent by SMS. */
  readonly beginning?: string;
}

/** Unicode code points. */
export const BEGINNING = 200;

/** The messages of one provider call, all of one dispatch. */
export interface Capture {
  readonly key: string;
  readonly messages: readonly PlainEmail[];
  readonly at: Instant;
  /** How many mails of one workspace are kept, these included: its oldest go. At least one call's worth. */
  readonly keep: number;
}

/**
 * The mails of the capture provider, for `GET /outbox`: an inbox in which everybody's mail ends up.
 *
 * Guarantees: `append` keeps all messages of a call or none, durably once it resolves, and answers with one id per
 * message, in order. A call whose key is known already keeps nothing and is answered with the ids it got, for as long
 * as its mails are kept: so a repeated call is not captured twice. Mails are in the order of their appending; pages
 * go from the newest back, and a cursor stays good while mails are appended. Of more than `keep` mails of a workspace
 * its oldest are gone, for pages and single mails alike; no workspace pushes out another's.
 *
 * A mail belongs to the workspace of the dispatch that its delivery is of, as it stands in the ledger when it is
 * appended; to none if the ledger knows no such dispatch. `pageOf` and `findOf` see one workspace's mails and answer as
 * if there were no others. `page` and `find` see everybody's, and are for whoever sits at the machine itself.
 *
 * A tool for development, on the targets that have it; none of the delivery guarantees rests on it.
 */
export interface CapturedMails {
  append(capture: Capture): Promise<readonly string[]>;
  /** @throws Refusal `invalid_cursor` */
  page(request: PageRequest): Promise<Page<CapturedSummary>>;
  /** @throws Refusal `invalid_cursor` */
  pageOf(workspaceId: WorkspaceId, request: PageRequest): Promise<Page<CapturedSummary>>;
  find(id: string): Promise<CapturedMail | undefined>;
  findOf(workspaceId: WorkspaceId, id: string): Promise<CapturedMail | undefined>;
}
export const CapturedMails = Symbol('CapturedMails');

const PREFIX = 'cap_';
const DIGITS = 26;

/** Captured mails are numbered from 1; the id is the number, as long as every other id. */
export function capturedMailId(number: number): string {
  return PREFIX + String(number).padStart(DIGITS, '0');
}

/** The inverse of {@link capturedMailId}; undefined for a string that no captured mail can have. */
export function capturedMailNumber(id: string): number | undefined {
  const digits = /^cap_0{10}(\d{16})$/.exec(id)?.[1];
  const number = Number(digits);
  return digits !== undefined && Number.isSafeInteger(number) ? number : undefined;
}
