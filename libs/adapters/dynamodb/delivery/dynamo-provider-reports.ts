import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { type DeliveryId, parseDeliveryId } from '#domain/delivery/model/delivery.js';
import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import {
  isAnsweredByNumber,
  isWish,
  scopeOfOptOut,
  TELLS_ITS_OWN_ID,
} from '#domain/delivery/model/provider-report.js';
import {
  type DeliveryEvent,
  MOST_EVENTS,
  type ProviderReports,
  type Reported,
} from '#ports/delivery/provider-reports.js';
import { when } from '../engine/expressions.js';
import type { Key } from '../engine/keys.js';
import type { MoveTools } from './ending.js';
import { DISPATCHING_WORKSPACES, type MessageIdItem, messageIdKey, type RowItem } from './items.js';
import { eventItem, eventKey, eventsPartition } from './report-items.js';
import { rowOf } from './row-lists.js';
import { placeText, Telling, type ToldEvent } from './telling.js';
import { readStanding, takeWish } from './wishing.js';

/** Events whose messages are looked up together. */
const WINDOW = 48;
/** Workspaces that a wish reaches side by side. */
const AT_ONCE = 10;
const MOST_WORKSPACES = 100_000;

interface Found {
  readonly event: ProviderEvent;
  readonly channel: string;
  readonly row: RowItem | undefined;
  readonly isRepeated: boolean;
}

/** What providers tell later. Each event has an item of its own, written with all that it changes: so it is applied once. */
export class DynamoProviderReports implements ProviderReports {
  readonly #tools: MoveTools;

  constructor(tools: MoveTools) {
    this.#tools = tools;
  }

  async apply(
    events: readonly ProviderEvent[],
    channelOf: (provider: string) => string,
    now: Instant,
  ): Promise<Reported> {
    const tally = { applied: 0, repeated: 0, unmatched: 0 };
    for (let from = 0; from < events.length; from += WINDOW) {
      const window = events.slice(from, from + WINDOW);
      const found = await Promise.all(window.map((event) => this.#find(event, channelOf(event.provider))));
      for (const group of together(found)) await this.#applyGroup(group, tally, now);
    }
    return tally;
  }

  async eventsOf(workspaceId: WorkspaceId, id: DeliveryId): Promise<readonly DeliveryEvent[]> {
    const { table } = this.#tools;
    const place = parseDeliveryId(id);
    const row = place && (await rowOf(table, place));
    if (row?.workspaceId !== workspaceId) return [];
    const pk = eventsPartition(row.dispatchId, row.ordinal);
    const items = await table.list<Key & DeliveryEvent>({ pk, limit: MOST_EVENTS });
    return items.map(({ pk: _, sk: __, ...event }) => event);
  }

  async #find(event: ProviderEvent, channel: string): Promise<Found> {
    const [row, seen] = await Promise.all([this.#rowOf(event), this.#tools.table.get<Key>(eventKey(event))]);
    return { event, channel, row, isRepeated: seen !== undefined };
  }

  async #rowOf({ provider, deliveryId, providerMessageId }: ProviderEvent): Promise<RowItem | undefined> {
    const { table } = this.#tools;
    const named = deliveryId === undefined ? undefined : parseDeliveryId(deliveryId);
    const row = named && (await rowOf(table, named));
    if (row || !providerMessageId || !TELLS_ITS_OWN_ID.has(provider)) return row;
    const item = await table.get<MessageIdItem>(messageIdKey(provider, providerMessageId));
    return item && rowOf(table, item);
  }

  /** Of one dispatch and of different messages; or a single one that is of none. */
  async #applyGroup(
    group: readonly Found[],
    tally: Record<keyof Reported, number>,
    now: Instant,
  ): Promise<void> {
    const fresh = group.filter(({ isRepeated }) => !isRepeated);
    tally.repeated += group.length - fresh.length;
    let left = fresh.flatMap(toldEvent);
    for (const one of fresh) if (!one.row) tally[await this.#applyWish(one, now)] += 1;
    while (left[0]) {
      const known = await this.#tools.records.known(left[0].row.dispatchId);
      if (!known) throw new Error('A message has a dispatch.');
      const told = await new Telling(this.#tools, known).tell(left, now);
      if (typeof told === 'number') {
        tally.applied += told;
        left = left.slice(told);
        continue;
      }
      // Somebody was quicker with one of them, or is at work on its message: each by itself.
      for (const one of left) tally[await this.#applyOne(one, now)] += 1;
      return;
    }
  }

  async #applyOne(one: ToldEvent, now: Instant): Promise<'applied' | 'repeated'> {
    const known = await this.#tools.records.known(one.row.dispatchId);
    if (!known) throw new Error('A message has a dispatch.');
    for (;;) {
      const row = (await rowOf(this.#tools.table, one.row)) ?? one.row;
      const told = await new Telling(this.#tools, known).tell([{ ...one, row }], now);
      if (told === 'repeated') return told;
      if (typeof told === 'number') return 'applied';
    }
  }

  /**
   * A wish that names no message is for every workspace: taken in each by a transaction of its own, and the event noted when all have
   * it. Who dies before is told again, and a wish that was taken already is taken as it stands.
   */
  async #applyWish({ event, channel }: Found, now: Instant): Promise<keyof Reported> {
    const { table } = this.#tools;
    const { address } = event;
    if (!isWish(event) || !isAnsweredByNumber(channel) || address === undefined) return 'unmatched';
    const items = await table.list<Key>({ pk: DISPATCHING_WORKSPACES, limit: MOST_WORKSPACES });
    if (items.length === 0) return 'unmatched';
    if (await table.get(eventKey(event))) return 'repeated';
    const workspaces = items.map(({ sk }) => sk as WorkspaceId);
    for (let from = 0; from < workspaces.length; from += AT_ONCE)
      await Promise.all(
        workspaces.slice(from, from + AT_ONCE).map((one) => this.#take(event, channel, one, address, now)),
      );
    const noted = await table.transact([
      { kind: 'put', item: eventItem(event, now), if: when`attribute_not_exists(pk)` },
    ]);
    return noted.kind === 'done' ? 'applied' : 'repeated';
  }

  async #take(
    event: ProviderEvent,
    channel: string,
    workspaceId: WorkspaceId,
    address: string,
    now: Instant,
  ): Promise<void> {
    const { table, ids } = this.#tools;
    for (;;) {
      const standing = await readStanding(table, workspaceId, address, scopeOfOptOut(channel));
      const writes = takeWish(event, standing, now, () => ids.next('sup'));
      if ((await table.transact(writes)).kind === 'done') return;
    }
  }
}

function toldEvent({ event, channel, row }: Found): ToldEvent[] {
  return row ? [{ event, channel, row }] : [];
}

/** In their order: those that one transaction can have together, one dispatch's and no message or event twice. */
function together(found: readonly Found[]): Found[][] {
  const groups: Found[][] = [];
  let places = new Set<string>();
  for (const one of found) {
    const group = groups.at(-1);
    const its = [eventKey(one.event).pk, ...(one.row ? [placeText({ ...one, row: one.row })] : [])];
    const isOfThem = one.row !== undefined && group?.[0]?.row?.dispatchId === one.row.dispatchId;
    if (group && isOfThem && !its.some((place) => places.has(place))) {
      group.push(one);
      for (const place of its) places.add(place);
    } else {
      groups.push([one]);
      places = new Set(its);
    }
  }
  return groups;
}
