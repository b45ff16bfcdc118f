import { Refusal, type FieldFault, type RefusalCode } from '#domain/kernel/refusal.js';
import type { Signal } from './store.js';

/** What travels between a thread that asks and a storage thread. */
export interface Ask {
  /** Among those of one asker that have not been answered yet. */
  readonly id: number;
  readonly store: string;
  readonly procedure: string;
  readonly args: unknown;
  /** Served before everything that is not urgent and waits with it. */
  readonly urgent: boolean;
}

export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: WireError };

export type FromStorage =
  /** Those of one commit, for one asker. */
  | { readonly answers: readonly Answer[] }
  | { readonly signals: readonly Signal[] }
  | { readonly ready: true }
  | { readonly closed: true }
  | { readonly fatal: WireError };

export type ToStorage =
  /** What one thread asked in one turn of its loop: a message costs more than what most of them ask. */
  | { readonly asks: readonly Ask[] }
  /** The first: from then on there is a database to open. */
  | { readonly open: true }
  | { readonly connect: import('node:worker_threads').MessagePort }
  | { readonly close: true };

export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly refusal: { code: RefusalCode; faults: readonly FieldFault[]; retryAfterMs?: number } | undefined;
}

/** SQLite's primary result codes, https://sqlite.org/rescode.html */
const SQLITE_FULL = 13;
const UNAVAILABLE = new Set([
  /* READONLY */ 8, /* IOERR */ 10, /* CORRUPT */ 11, /* CANTOPEN */ 14, /* NOTADB */ 26,
]);

export function toWire(error: unknown): WireError {
  const e = error instanceof Error ? error : new Error(String(error));
  return { name: e.name, message: e.message, stack: e.stack, refusal: refusalOf(e) };
}

function refusalOf(e: Error): WireError['refusal'] {
  if (e instanceof Refusal) {
    const { code, faults, retryAfterMs } = e;
    return { code, faults, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
  const errcode = 'errcode' in e && typeof e.errcode === 'number' ? e.errcode & 0xff : undefined;
  if (errcode === SQLITE_FULL) return { code: 'storage_full', faults: [] };
  if (errcode !== undefined && UNAVAILABLE.has(errcode)) return { code: 'storage_unavailable', faults: [] };
  return undefined;
}

export function fromWire(wire: WireError): Error {
  if (wire.refusal) {
    const { code, ...options } = wire.refusal;
    return new Refusal(code, wire.message, options);
  }
  const error = new Error(wire.message);
  error.name = wire.name;
  if (wire.stack !== undefined) error.stack = wire.stack;
  return error;
}
