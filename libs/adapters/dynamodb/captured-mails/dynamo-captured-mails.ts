import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { parseDeliveryId } from '#domain/delivery/model/delivery.js';
import {
  type Capture,
  type CapturedMail,
  capturedMailId,
  capturedMailNumber,
  type CapturedMails,
  type CapturedSummary,
} from '#ports/delivery/captured-mails.js';
import type { Dispatches } from '#ports/delivery/dispatches.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import {
  callKey,
  type CallItem,
  LAST,
  listsOf,
  mailItems,
  mailOf,
  ownerKey,
  type OwnerItem,
  type PartItem,
  partKey,
  type SummaryItem,
  summaryKey,
} from './mail-items.js';

const AS_OF_NOW = Number.MAX_SAFE_INTEGER;
/** Items of one batch, each up to 300 KB: a batch may have 16 MB. */
const WRITTEN_AT_ONCE = 25;

/**
 * Mails that went nowhere. The mails of a call are written first, where nobody looks; one small transaction then puts the call on
 * the lists, and with it all of them. Whoever died before it writes the same items again.
 */
export class DynamoCapturedMails implements CapturedMails {
  readonly #table: DynamoTable;
  readonly #dispatches: Pick<Dispatches, 'find'>;

  constructor(table: DynamoTable, dispatches: Pick<Dispatches, 'find'>) {
    this.#table = table;
    this.#dispatches = dispatches;
  }

  async append({ key: call, messages, at, keep }: Capture): Promise<readonly string[]> {
    if (messages.length === 0) return [];
    const known = (await this.#table.get<CallItem>(callKey(call))) ?? (await this.#keep(call, messages, at));
    // Of a repeated call as well: whoever kept it may have died before this.
    await this.#trim(known.workspaceId, Math.max(keep, messages.length));
    return messages.map((_, position) => capturedMailId(known.first + position));
  }

  async page(request: PageRequest): Promise<Page<CapturedSummary>> {
    return this.#page(listsOf(undefined)[0], request);
  }

  async pageOf(workspaceId: WorkspaceId, request: PageRequest): Promise<Page<CapturedSummary>> {
    return this.#page(listsOf(workspaceId)[1], request);
  }

  async find(id: string): Promise<CapturedMail | undefined> {
    return this.#find(listsOf(undefined)[0], id);
  }

  async findOf(workspaceId: WorkspaceId, id: string): Promise<CapturedMail | undefined> {
    return this.#find(listsOf(workspaceId)[1], id);
  }

  async #keep(call: string, messages: Capture['messages'], at: number): Promise<CallItem> {
    const count = messages.length;
    const place = parseDeliveryId(messages[0]?.deliveryId ?? '');
    const owner = place && (await this.#dispatches.find(place.dispatchId));
    const workspaceId = owner?.dispatch.workspaceId;
    const items = mailItems(call, messages, at);
    for (let from = 0; from < items.length; from += WRITTEN_AT_ONCE)
      await this.#table.writeAll(items.slice(from, from + WRITTEN_AT_ONCE).map((put) => ({ put })));
    // Asked again because the answer was lost it leaves a gap, which nobody minds.
    const last = await this.#table.update<{ number: number }>(LAST, to`ADD #number ${count}`);
    const end = (last.item?.number ?? count) + 1;
    const kept = { key: call, workspaceId, first: end - count, from: end - count, end };
    const done = await this.#table.transact([
      { kind: 'put', item: { ...callKey(call), ...kept }, if: when`attribute_not_exists(pk)` },
      ...listsOf(workspaceId).map((pk) => ({
        kind: 'put' as const,
        item: { pk, sk: key(kept.first), ...kept },
      })),
      { kind: 'update', key: ownerKey(workspaceId), change: to`ADD #kept ${count}` },
    ]);
    const other = done.kind === 'refused' ? (done.by.get(0) as CallItem | undefined) : undefined;
    return other ?? ({ ...callKey(call), ...kept, ...(workspaceId && { workspaceId }) } as CallItem);
  }

  /** The oldest go, a call after another and of the last some of its mails. */
  async #trim(workspaceId: WorkspaceId | undefined, keep: number): Promise<void> {
    for (;;) {
      const owner = await this.#table.get<OwnerItem>(ownerKey(workspaceId));
      const tooMany = (owner?.kept ?? 0) - keep;
      if (tooMany <= 0) return;
      const [oldest] = await this.#table.list<CallItem>({ pk: listsOf(workspaceId)[1], limit: 1 });
      if (!oldest) return;
      await this.#forget(oldest, Math.min(tooMany, oldest.end - oldest.from));
    }
  }

  /** Refused where another has moved on meanwhile: then there is less to forget. */
  async #forget(call: CallItem, count: number): Promise<void> {
    const numbers = Array.from({ length: count }, (_, at) => call.from + at);
    const from = call.from + count;
    const places: Key[] = [
      callKey(call.key),
      ...listsOf(call.workspaceId).map((pk) => ({ pk, sk: key(call.first) })),
    ];
    const same = when`#from = ${call.from} AND #first = ${call.first}`;
    const done = await this.#table.transact([
      ...places.map((place): Write =>
        from < call.end
          ? { kind: 'update', key: place, change: to`SET #from = ${from}`, if: same }
          : { kind: 'delete', key: place, if: same },
      ),
      { kind: 'update', key: ownerKey(call.workspaceId), change: to`ADD #kept ${-count}` },
    ]);
    if (done.kind === 'refused') return;
    const summaries = await this.#table.getAll<SummaryItem>(numbers.map((one) => summaryKey(call, one)));
    const parts = new Map(summaries.map(({ sk, parts }) => [sk, parts]));
    const gone = numbers.flatMap((number) => [
      ...Array.from({ length: parts.get(summaryKey(call, number).sk) ?? 0 }, (_, part) =>
        partKey(call, number, part),
      ),
      summaryKey(call, number),
    ]);
    await this.#table.writeAll(gone.map((one) => ({ delete: one })));
  }

  async #page(list: string, { limit, after }: PageRequest): Promise<Page<CapturedSummary>> {
    const before = after === undefined ? AS_OF_NOW : capturedMailNumber(after);
    if (before === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
    // Each has a mail at least, but for the one in which the cursor stands.
    const calls = await this.#table.list<CallItem>({
      pk: list,
      to: key(before),
      limit: limit + 2,
      descending: true,
    });
    const found = calls.flatMap((call) => numbersOf(call, before).map((number) => ({ call, number })));
    const shown = found.slice(0, limit);
    const keys = shown.map(({ call, number }) => summaryKey(call, number));
    const items = await this.#table.getAll<SummaryItem>(keys);
    const byKey = new Map(items.map((item) => [key(item.pk, item.sk), item]));
    const data = shown.flatMap(({ number }, at) => {
      const { pk = '', sk = '' } = keys[at] ?? {};
      const item = byKey.get(key(pk, sk));
      return item ? [summaryOf(item, number)] : [];
    });
    const last = shown.at(-1)?.number;
    return { data, next: found.length > limit && last !== undefined ? capturedMailId(last) : null };
  }

  async #find(list: string, id: string): Promise<CapturedMail | undefined> {
    const number = capturedMailNumber(id);
    if (number === undefined) return undefined;
    const range = { pk: list, to: key(number), limit: 1, descending: true };
    const [call] = await this.#table.list<CallItem>(range);
    if (!call || number < call.from || number >= call.end) return undefined;
    const summary = await this.#table.get<SummaryItem>(summaryKey(call, number));
    if (!summary) return undefined;
    const keys = Array.from({ length: summary.parts }, (_, part) => partKey(call, number, part));
    const parts = await this.#table.getAll<PartItem>(keys);
    // It was let go at this moment.
    if (parts.length < summary.parts) return undefined;
    return { ...mailOf(parts), id, at: summary.at };
  }
}

/** Those that are kept, the newest first. */
function numbersOf({ from, end }: CallItem, before: number): number[] {
  const last = Math.min(end, before) - 1;
  return Array.from({ length: Math.max(0, last - from + 1) }, (_, at) => last - at);
}

function summaryOf(
  { at, deliveryId, from, to, subject, beginning }: SummaryItem,
  number: number,
): CapturedSummary {
  const id = capturedMailId(number);
  return { id, at, deliveryId, from, to, subject, ...(beginning !== undefined && { beginning }) };
}
