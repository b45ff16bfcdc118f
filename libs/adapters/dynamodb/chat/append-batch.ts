import type { Instant } from '#domain/kernel/brand.js';
import type { Draft, Message } from '#domain/chat/model/message.js';
import { MOST_IN_TRANSACTION, type Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import type { Item } from '../engine/keys.js';
import { messageItem, messageOf, type MetaItem, type PlaceItem } from './chat-items.js';
import { ageKey, entryKey, memberKey, metaKey, nameKey, pairKey, sentKey } from './chat-keys.js';
import { tracesOf } from './traces.js';

/** One message of a batch with what is written for it. */
interface Entry<Ask> {
  readonly ask: Ask;
  readonly draft: Draft;
  readonly message: Message;
  readonly cameAt: Instant;
  readonly items: readonly Item[];
  /** What tells of it. */
  readonly telling: readonly Write[];
}

export interface RefusedBatch<Ask> {
  /** The end of the log as it is; undefined: it is not there. */
  readonly meta: MetaItem | undefined | 'as it was';
  readonly noMembers: ReadonlySet<string>;
  /** What had been sent before, and where it is. */
  readonly sent: ReadonlyMap<Ask, PlaceItem | undefined>;
  readonly isBlocked: boolean;
}

const isNew = when`attribute_not_exists(pk)`;
/** Of one message: itself, its name, its client message id. */
const OF_EACH = 3;
/** Bytes; DynamoDB takes four megabytes. */
const LARGEST = 3_000_000;

/**
 * Messages that are appended in one transaction: all get the next numbers, or none does. Each stands for itself in it: what had
 * been sent before, and who is no member, is known by the condition that did not hold.
 */
export class AppendBatch<Ask extends { readonly draft: Draft }> {
  readonly #meta: MetaItem;
  readonly #tellingOf: (ask: Ask, message: Message) => readonly Write[];
  readonly #entries: Entry<Ask>[] = [];
  readonly #senders = new Set<string>();
  readonly #places = new Set<string>();
  #count: number;
  #bytes = 0;

  /** @param tellingOf what else is written of a message: places of its own, asked for once for each of a batch */
  constructor(meta: MetaItem, tellingOf: (ask: Ask, message: Message) => readonly Write[] = () => []) {
    this.#meta = meta;
    this.#tellingOf = tellingOf;
    this.#count = this.#frame([]).length + this.#movedEntries(0).length;
  }

  get entries(): readonly Entry<Ask>[] {
    return this.#entries;
  }

  get asks(): readonly Ask[] {
    return this.#entries.map(({ ask }) => ask);
  }

  /** False if it has to wait for the next: there is no room, or the same is in it already. */
  add(ask: Ask): boolean {
    const { draft } = ask;
    const { conversationId, id, senderId, clientMessageId } = draft;
    const places = [nameKey(conversationId, id), sentKey(conversationId, senderId, clientMessageId)].map(
      ({ pk, sk }) => `${pk} ${sk}`,
    );
    if (places.some((place) => this.#places.has(place))) return false;
    const seq = this.#meta.seq + this.#entries.length + 1;
    const cameAt = Math.max(this.#entries.at(-1)?.cameAt ?? this.#meta.cameAt, draft.sentAt);
    const item = messageItem({ ...draft, seq, rev: 0, reactions: {} }, cameAt);
    const message = messageOf(conversationId, item);
    const items = [{ ...item }, ...tracesOf(message)];
    const telling = this.#tellingOf(ask, message);
    const count = OF_EACH - 1 + items.length + telling.length + (this.#senders.has(senderId) ? 0 : 1);
    const bytes = Buffer.byteLength(item.said) * (1 + telling.length) + 200 * count;
    const isFull = this.#count + count > MOST_IN_TRANSACTION || this.#bytes + bytes > LARGEST;
    if (isFull && this.#entries.length > 0) return false;
    for (const place of places) this.#places.add(place);
    this.#entries.push({ ask, draft, message, cameAt, items, telling });
    this.#senders.add(senderId);
    this.#count += count;
    this.#bytes += bytes;
    return true;
  }

  /** What the batch makes of the same client message id. */
  sameAs({ senderId, clientMessageId }: Draft): Message | undefined {
    const same = this.#entries.find(
      ({ draft }) => draft.senderId === senderId && draft.clientMessageId === clientMessageId,
    );
    return same?.message;
  }

  metaAfter(): MetaItem {
    return { ...this.#meta, ...this.#moved() };
  }

  writes(): Write[] {
    return [
      ...this.#frame(this.#entries),
      ...this.#movedEntries(this.metaAfter().movedAt),
      ...[...this.#senders].map((user) => this.#markOf(user)),
      ...this.#entries.flatMap(({ draft, message, items, telling }) => [
        ...this.#writesOf(draft, message, items),
        ...telling,
      ]),
    ];
  }

  /** @param by places of the writes that were refused, and what stands there */
  refusedBy(by: ReadonlyMap<number, Readonly<Record<string, unknown>> | undefined>): RefusedBatch<Ask> {
    const { id, workspaceId, pair = '' } = this.#meta;
    const refused = new Map<string, Readonly<Record<string, unknown>> | undefined>();
    for (const [at, write] of this.writes().entries()) {
      if (!by.has(at)) continue;
      const { pk, sk } = write.kind === 'put' ? write.item : write.key;
      refused.set(`${pk} ${sk}`, by.get(at));
    }
    const placeOf = ({ pk, sk }: { pk: string; sk: string }): string => `${pk} ${sk}`;
    const at = (key: { pk: string; sk: string }) => refused.get(placeOf(key));
    const is = (key: { pk: string; sk: string }): boolean => refused.has(placeOf(key));
    // With the same client message id it is that message; with another the id is somebody else's.
    for (const { draft } of this.#entries)
      if (is(nameKey(id, draft.id)) && !is(sentKey(id, draft.senderId, draft.clientMessageId)))
        throw new Error(`There is a message ${draft.id} already.`);
    return {
      meta: is(metaKey(id)) ? (at(metaKey(id)) as MetaItem | undefined) : 'as it was',
      noMembers: new Set([...this.#senders].filter((user) => is(memberKey(id, this.#meta.crowd, user)))),
      sent: new Map(
        this.#entries.flatMap(({ ask, draft }) => {
          const key = sentKey(id, draft.senderId, draft.clientMessageId);
          return is(key) ? [[ask, at(key) as PlaceItem | undefined] as const] : [];
        }),
      ),
      isBlocked: is(pairKey(workspaceId, pair)),
    };
  }

  /** What the log's end becomes. */
  #moved(): Partial<MetaItem> {
    const { seq, cutSeq, movedAt } = this.#meta;
    const first = this.#entries[0]?.message;
    const last = this.#entries.at(-1);
    const mentioning = this.#entries.findLast(({ message }) => message.mentions.length > 0)?.message;
    return {
      ...(last && {
        seq: last.message.seq,
        cameAt: last.cameAt,
        movedAt: Math.max(movedAt, last.cameAt),
      }),
      ...(mentioning && { mentionSeq: mentioning.seq }),
      ...(first && seq === cutSeq && { oldestAt: first.sentAt }),
    };
  }

  /** What is written once, however many messages there are. */
  #frame(entries: readonly Entry<Ask>[]): Write[] {
    const { id, workspaceId, kind, pair, seq, cutSeq, turnover, isSmall } = this.#meta;
    const asItWas = when`#seq = ${seq} AND #cutSeq = ${cutSeq}`;
    // Who is in a small one has to be known exactly: each of them is told in the list of theirs.
    const condition = isSmall ? when`${asItWas} AND #turnover = ${turnover}` : asItWas;
    const oldestAt = entries[0]?.message.sentAt ?? 0;
    return [
      { kind: 'update', key: metaKey(id), change: fields({ ...this.#moved() }), if: condition },
      ...(kind === 'direct' && pair !== undefined
        ? [
            {
              kind: 'check' as const,
              key: pairKey(workspaceId, pair),
              if: when`attribute_not_exists(#blockedBy)`,
            },
          ]
        : []),
      ...(seq === cutSeq ? [{ kind: 'put' as const, item: { ...ageKey(id, oldestAt), id } }] : []),
    ];
  }

  #movedEntries(movedAt: number): Write[] {
    const { workspaceId, isSmall, people = new Set() } = this.#meta;
    if (!isSmall) return [];
    return [...people].map((user) => ({
      kind: 'update',
      key: entryKey(workspaceId, user, this.#meta),
      change: fields({ movedAt }),
    }));
  }

  /** Who sends has read up to there; nobody's marks are further than the log was. */
  #markOf(user: string): Write {
    const seq = this.#entries.findLast(({ draft }) => draft.senderId === user)?.message.seq ?? 0;
    return {
      kind: 'update',
      key: memberKey(this.#meta.id, this.#meta.crowd, user),
      change: fields({ readSeq: seq, deliveredSeq: seq }),
      if: when`attribute_exists(pk)`,
    };
  }

  #writesOf(draft: Draft, { seq }: Message, [item, ...traces]: readonly Item[]): Write[] {
    const { conversationId, id, senderId, clientMessageId } = draft;
    return [
      ...(item ? [{ kind: 'put' as const, item, if: isNew }] : []),
      { kind: 'put', item: { ...nameKey(conversationId, id), seq }, if: isNew },
      { kind: 'put', item: { ...sentKey(conversationId, senderId, clientMessageId), seq }, if: isNew },
      ...traces.map((trace): Write => ({ kind: 'put', item: trace })),
    ];
  }
}
