import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';

/** What was answered, to be answered again. */
export interface StoredAnswer {
  readonly status: number;
  /** Lowercase names; only those that belong to the answer (`location`, `content-type`). */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as it was sent; empty where there was none. */
  readonly body: string;
}

export interface IdempotentRequest {
  readonly workspaceId: WorkspaceId;
  /** 1..255 visible ASCII characters, chosen by the caller. */
  readonly key: string;
  /** SHA-256 of what was asked, 32 bytes. */
  readonly fingerprint: Uint8Array;
}

/** The right to execute a request, until the lease ends. */
export interface Attempt {
  readonly workspaceId: WorkspaceId;
  readonly key: string;
  /** When the first attempt began. Every attempt has the same: ids derived from it come out the same. */
  readonly startedAt: Instant;
  /** 1 for the first attempt, rising. More than 1: an earlier one may have done everything but say so. */
  readonly number: number;
}

export type Begun =
  | { readonly state: 'fresh'; readonly attempt: Attempt }
  | { readonly state: 'in-flight'; readonly until: Instant }
  | { readonly state: 'replay'; readonly answer: StoredAnswer }
  | { readonly state: 'mismatch' };

/**
 * Which requests were made, and what was answered.
 *
 * Guarantees: of any number of `begin`s at once for one (workspace, key), one is answered `fresh`; the others are
 * answered `in-flight` until the lease of that attempt ends or it is abandoned, and `replay` once it is settled. A
 * different fingerprint is answered `mismatch`, in flight or settled. After a lease ended, or after `abandon`, one
 * `begin` takes over: `fresh` again, same `startedAt`, next `number`. `settle`, `renew` and `abandon` of an attempt
 * that was taken over change nothing and answer false: a process that was only slow cannot overwrite the answer of
 * the one that took its place. What is settled is kept at least until its `keepUntil`, then `purge` may remove it; a store
 * that forgets by itself takes it for gone then, and has nothing to purge.
 *
 * The record is NOT committed with the effect of the request: no store of another context, on no target, can promise
 * that. An attempt with `number` > 1 must therefore find, and not repeat, what an earlier one did: it uses the ids
 * derived from (workspace, key, startedAt), and inserting an id that exists changes nothing.
 */
export interface IdempotentRequests {
  begin(request: IdempotentRequest, now: Instant, leaseUntil: Instant, keepUntil: Instant): Promise<Begun>;
  renew(attempt: Attempt, leaseUntil: Instant): Promise<boolean>;
  settle(attempt: Attempt, answer: StoredAnswer, keepUntil: Instant): Promise<boolean>;
  abandon(attempt: Attempt): Promise<boolean>;
  /** Removes at most `limit` of those whose `keepUntil` is before `now`, and answers how many there were. */
  purge(now: Instant, limit: number): Promise<number>;
}
export const IdempotentRequests = Symbol('IdempotentRequests');
