import type { Instant } from '#domain/kernel/brand.js';
import type {
  Attempt,
  Begun,
  IdempotentRequest,
  IdempotentRequests,
  StoredAnswer,
} from '#ports/workspace/idempotent-requests.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import { key, type Key, ttlAt } from '../engine/keys.js';
import { packed, unpacked } from '../engine/packed-text.js';

interface RequestItem extends Key {
  readonly fingerprint: string;
  readonly startedAt: Instant;
  readonly number: number;
  readonly leaseUntil: Instant;
  readonly keepUntil: Instant;
  readonly status?: number;
  readonly headers?: string;
  /** The packed body; beyond one item the rest of it stands in items beside it. */
  readonly body?: Uint8Array;
  readonly pieces?: number;
}

interface PieceItem extends Key {
  readonly piece: Uint8Array;
}

/**
 * DynamoDB forgets what need not be kept any longer by itself, within days; until then whoever reads it takes it for gone. There
 * is nothing to release at a start: other processes run on, and what a dead one had begun waits until its lease is over.
 */
export class DynamoIdempotentRequests implements IdempotentRequests {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async begin(
    request: IdempotentRequest,
    now: Instant,
    leaseUntil: Instant,
    keepUntil: Instant,
  ): Promise<Begun> {
    const { workspaceId, key: name } = request;
    const fingerprint = Buffer.from(request.fingerprint).toString('hex');
    for (;;) {
      const first = { fingerprint, startedAt: now, number: 1, leaseUntil, keepUntil, ttl: ttlAt(keepUntil) };
      const known = await this.#insert(placeOf(request), first, now);
      if (!known) return { state: 'fresh', attempt: { workspaceId, key: name, startedAt: now, number: 1 } };
      if (known.fingerprint !== fingerprint) return { state: 'mismatch' };
      if (known.status !== undefined) return { state: 'replay', answer: await this.#answerOf(known) };
      if (known.leaseUntil > now) return { state: 'in-flight', until: known.leaseUntil };
      const attempt = { workspaceId, key: name, startedAt: known.startedAt, number: known.number + 1 };
      if (await this.#takeOver(known, leaseUntil, keepUntil)) return { state: 'fresh', attempt };
    }
  }

  renew(attempt: Attempt, leaseUntil: Instant): Promise<boolean> {
    return this.#change(attempt, { leaseUntil });
  }

  async settle(attempt: Attempt, answer: StoredAnswer, keepUntil: Instant): Promise<boolean> {
    const [body, ...rest] = await packed(answer.body);
    // First what the item will speak of. Without it they are nobody's, and go with their time.
    const pieces = rest.map((piece, i) => ({
      put: { ...pieceOf(attempt, i + 1), piece, ttl: ttlAt(keepUntil) },
    }));
    await this.#table.writeAll(pieces);
    const { status, headers } = answer;
    return this.#change(attempt, {
      status,
      headers: JSON.stringify(headers),
      body,
      pieces: rest.length,
      leaseUntil: 0,
      keepUntil,
      ttl: ttlAt(keepUntil),
    });
  }

  abandon(attempt: Attempt): Promise<boolean> {
    return this.#change(attempt, { leaseUntil: 0 });
  }

  /** What DynamoDB does for us costs nothing. */
  purge(): Promise<number> {
    return Promise.resolve(0);
  }

  /** Answers what stands there already, unless that need not be kept any longer. */
  async #insert(
    place: Key,
    first: Omit<RequestItem, keyof Key>,
    now: Instant,
  ): Promise<RequestItem | undefined> {
    const isOver = when`attribute_not_exists(pk) OR (#keepUntil < ${now} AND #leaseUntil <= ${now})`;
    const inserted = await this.#table.transact([{ kind: 'put', item: { ...place, ...first }, if: isOver }]);
    if (inserted.kind === 'done') return undefined;
    return (inserted.by.get(0) as RequestItem | undefined) ?? this.#table.get<RequestItem>(place);
  }

  async #takeOver(known: RequestItem, leaseUntil: Instant, keepUntil: Instant): Promise<boolean> {
    const { number, startedAt, leaseUntil: was } = known;
    const change = to`SET #number = ${number + 1}, #leaseUntil = ${leaseUntil}, #keepUntil = ${keepUntil}, #ttl = ${ttlAt(keepUntil)}`;
    const same = when`#number = ${number} AND #startedAt = ${startedAt} AND #leaseUntil = ${was} AND attribute_not_exists(#status)`;
    return this.#do({ kind: 'update', key: known, change, if: same });
  }

  #change(attempt: Attempt, changed: Readonly<Record<string, unknown>>): Promise<boolean> {
    const { number, startedAt } = attempt;
    const same = when`#number = ${number} AND #startedAt = ${startedAt} AND attribute_not_exists(#status)`;
    return this.#do({ kind: 'update', key: placeOf(attempt), change: fields(changed), if: same });
  }

  /** In a transaction, be it of one item: whose answer was lost is asked again, and must not be told that it came too late. */
  async #do(write: Write): Promise<boolean> {
    return (await this.#table.transact([write])).kind === 'done';
  }

  async #answerOf(item: RequestItem): Promise<StoredAnswer> {
    const { status = 0, headers = '{}', body, pieces = 0, startedAt, number } = item;
    const places = Array.from({ length: pieces }, (_, i) => pieceKey(item.pk, startedAt, number, i + 1));
    const found = await this.#table.getAll<PieceItem>(places);
    if (found.length < pieces) throw new Error('A part of a stored answer is missing.');
    const rest = found.sort((a, b) => (a.sk < b.sk ? -1 : 1)).map(({ piece }) => piece);
    const text = body ? await unpacked([body, ...rest]) : '';
    return { status, headers: JSON.parse(headers) as Record<string, string>, body: text };
  }
}

function placeOf({ workspaceId, key: name }: { readonly workspaceId: string; readonly key: string }): Key {
  return { pk: key('REQUEST', workspaceId, name), sk: 'REQUEST' };
}

function pieceOf(attempt: Attempt, at: number): Key {
  return pieceKey(placeOf(attempt).pk, attempt.startedAt, attempt.number, at);
}

/** Of this attempt: one that was only slow writes over nobody's. */
function pieceKey(pk: string, startedAt: Instant, number: number, at: number): Key {
  return { pk, sk: key('PIECE', startedAt, number, at) };
}
