import type { Instant } from '#domain/kernel/brand.js';
import type { Attempt, DeliveryStatus } from '#domain/delivery/model/delivery.js';
import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import {
  isWish,
  rankOf,
  reportedOf,
  scopeOfOptOut,
  statusAfter,
  suppressionAfter,
  TELLS_ITS_OWN_ID,
} from '#domain/delivery/model/provider-report.js';
import type { Write } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import type { KnownDispatch } from './dispatch-records.js';
import type { MoveTools } from './ending.js';
import { type MessageIdItem, messageIdKey, type RowItem, rowKey, type ToldOf } from './items.js';
import { eventItem, toldItem } from './report-items.js';
import { firstStep, type RowMove } from './row-moves.js';
import { readStanding, type Standing, suppress, takeWish } from './wishing.js';

export interface ToldEvent {
  readonly event: ProviderEvent;
  readonly channel: string;
  readonly row: RowItem;
}

/** Whether an event concerns what stands against its address. */
function concernsAddress(event: ProviderEvent): boolean {
  return isWish(event) || suppressionAfter(event) !== undefined;
}

/** An event of a message, with all that it changes, in one transaction. One that was told before is refused by its own item. */
export class Telling {
  readonly #tools: MoveTools;
  readonly #known: KnownDispatch;

  constructor(tools: MoveTools, known: KnownDispatch) {
    this.#tools = tools;
    this.#known = known;
  }

  /**
   * As many of the first as one transaction takes, of messages that are not the same. `refused`: one of them was told before or
   * something was changed meanwhile; nothing has happened.
   */
  async tell(all: readonly ToldEvent[], now: Instant): Promise<number | 'repeated' | 'refused'> {
    const { table, outbox } = this.#tools;
    const standings = await Promise.all(all.map((one) => this.#standing(one)));
    const moves = all.map((one, at) => this.#moveOf(one, standings[at], now));
    const step = firstStep(this.#known, moves);
    const isMoved = step.moves.some(({ row, to }) => row.status !== to);
    const writes = [...step.writes, ...(isMoved ? step.tally.writes() : [])];
    const answer = await table.transact(writes);
    if (answer.kind === 'done') {
      outbox.appended();
      return step.moves.length;
    }
    // The second write of a move is that its event is new.
    return step.moves.length === 1 && answer.by.has(1) ? 'repeated' : 'refused';
  }

  async #standing({ event, channel, row }: ToldEvent): Promise<Standing | undefined> {
    if (!concernsAddress(event)) return undefined;
    const { workspaceId, address } = row;
    return readStanding(this.#tools.table, workspaceId, address, scopeOfOptOut(channel));
  }

  #moveOf({ event, row }: ToldEvent, standing: Standing | undefined, now: Instant): RowMove {
    const { outbox, ids } = this.#tools;
    const { dispatchId, workspaceId, ordinal, address } = row;
    const told = highest(row.told, event);
    const status = statusAfter(row.status, told?.rank ?? 0);
    const reported = reportedOf(event, { workspaceId, dispatchId, ordinal, address, status });
    const reason = suppressionAfter(event);
    const nextId = (): string => ids.next('sup');
    return {
      row,
      to: status,
      change: { ...(told && { told }), ...changeOf(row, status, told, now), ...messageIdChange(row, event) },
      beside: [
        { kind: 'put', item: eventItem(event, now), if: when`attribute_not_exists(pk)` },
        { kind: 'put', item: toldItem(event, dispatchId, ordinal) },
        outbox.entry(reported, now),
        ...messageIdItem(row, event),
        ...(standing && reason ? suppress(standing, { reason, scope: 'all', at: now, id: nextId }) : []),
        ...(standing && isWish(event) ? takeWish(event, standing, now, nextId) : []),
      ],
      ...(row.status === 'unknown' &&
        status !== 'unknown' && { acceptedBy: row.provider ?? told?.provider ?? '' }),
    };
  }
}

function highest(told: ToldOf | undefined, event: ProviderEvent): ToldOf | undefined {
  const rank = rankOf(event);
  if (rank <= (told?.rank ?? 0)) return told;
  const { provider, reason } = event;
  return { rank, provider, ...(reason !== undefined && { reason }) };
}

function changeOf(
  row: RowItem,
  status: DeliveryStatus,
  told: ToldOf | undefined,
  now: Instant,
): RowMove['change'] {
  if (status === row.status) return {};
  const provider = row.provider ?? told?.provider ?? '';
  const accepted: Attempt = { at: row.updatedAt, provider, outcome: 'accepted' };
  return {
    updatedAt: now,
    reason: status === 'bounced' || status === 'complained' ? told?.reason : undefined,
    ...(row.status === 'accepted' && { history: [...(row.history ?? []), accepted] }),
  };
}

/** Of a message whose call had no answer this may be the first that is heard. */
function messageIdChange(row: RowItem, { providerMessageId }: ProviderEvent): RowMove['change'] {
  if (row.status !== 'unknown' || providerMessageId === undefined || row.providerMessageId !== undefined)
    return {};
  return { providerMessageId };
}

function messageIdItem(row: RowItem, event: ProviderEvent): Write[] {
  const { providerMessageId } = messageIdChange(row, event) as { providerMessageId?: string };
  if (providerMessageId === undefined || !TELLS_ITS_OWN_ID.has(event.provider)) return [];
  const { dispatchId, ordinal } = row;
  const item: MessageIdItem = { ...messageIdKey(event.provider, providerMessageId), dispatchId, ordinal };
  return [{ kind: 'put', item: { ...item } }];
}

/** Which row an event of a batch is about. */
export function placeText({ row: { dispatchId, ordinal } }: ToldEvent): string {
  const { pk, sk } = rowKey(dispatchId, ordinal);
  return `${pk} ${sk}`;
}
