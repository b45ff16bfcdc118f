import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ScheduleChange, ScheduledMessage } from '#domain/chat/model/scheduled-message.js';
import type { ScheduledMessages, Taken } from '#ports/chat/scheduled-messages.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { fields, to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { EVERY } from './chat-items.js';
import { laterKey, looseKey } from './chat-keys.js';

type ScheduledItem = Key & ScheduledMessage;

/** A message by its id, its name with its sender, and how many the sender has. */
export class DynamoScheduledMessages implements ScheduledMessages {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async put(message: ScheduledMessage, most: number): Promise<boolean> {
    const { id, workspaceId, senderId } = message;
    const result = await this.#table.transact([
      { kind: 'put', item: { ...messageKey(id), ...message }, if: when`attribute_not_exists(pk)` },
      { kind: 'put', item: { ...nameKey(message), id } },
      ...(message.attachments ?? []).map((file): Write => ({
        kind: 'put',
        item: { ...laterKey(file, id), scheduledId: id },
      })),
      {
        kind: 'update',
        key: countKey(workspaceId, senderId),
        change: to`ADD #count ${1}`,
        if: when`attribute_not_exists(#count) OR #count < ${most}`,
      },
    ]);
    return result.kind === 'done' || result.by.has(0);
  }

  async find(workspaceId: WorkspaceId, id: string): Promise<ScheduledMessage | undefined> {
    const item = await this.#table.get<ScheduledItem>(messageKey(id));
    return item?.workspaceId === workspaceId ? messageOf(item) : undefined;
  }

  async ofSender(workspaceId: WorkspaceId, senderId: string): Promise<readonly ScheduledMessage[]> {
    const pk = senderPartition(workspaceId, senderId);
    const names = await this.#table.list<{ id: string }>({ pk, startsWith: 'M#', limit: EVERY });
    const items = await this.#table.getAll<ScheduledItem>(names.map(({ id }) => messageKey(id)));
    return items.map(messageOf).sort((a, b) => a.sendAt - b.sendAt || (a.id < b.id ? -1 : 1));
  }

  async revise(
    workspaceId: WorkspaceId,
    id: string,
    { text, mentions, sendAt }: ScheduleChange,
  ): Promise<ScheduledMessage | undefined> {
    const change = {
      ...(text !== undefined && { text }),
      ...(mentions !== undefined && { mentions }),
      ...(sendAt !== undefined && { sendAt }),
      state: 'waiting',
      refusal: undefined,
    };
    const place = messageKey(id);
    const written = await this.#table.update<ScheduledItem>(place, fields(change), untaken(workspaceId));
    return written.kind === 'done' ? messageOf(written.item) : undefined;
  }

  async remove(workspaceId: WorkspaceId, id: string): Promise<ScheduledMessage | undefined> {
    for (;;) {
      const message = await this.find(workspaceId, id);
      if (!message || message.state === 'sending') return undefined;
      const { text, sendAt } = message;
      // As it was read: what is answered is what was called off.
      const asItIs = when`${untaken(workspaceId)} AND #text = ${text} AND #sendAt = ${sendAt}`;
      const result = await this.#table.transact(removal(message, asItIs));
      if (result.kind === 'done') return message;
    }
  }

  async take(id: string, now: Instant): Promise<Taken | undefined> {
    const isDue = when`#sendAt <= ${now} AND #state <> ${'refused'}`;
    const place = messageKey(id);
    const taken = await this.#table.update<ScheduledItem>(place, fields({ state: 'sending' }), isDue);
    if (taken.kind === 'done') return { kind: 'taken', message: messageOf(taken.item) };
    const { item } = taken;
    return item && item.state !== 'refused' ? { kind: 'early', sendAt: item.sendAt } : undefined;
  }

  async settle(id: string, refusal?: string): Promise<void> {
    const isThere = when`attribute_exists(pk)`;
    if (refusal !== undefined)
      return void (await this.#table.update(messageKey(id), fields({ state: 'refused', refusal }), isThere));
    const item = await this.#table.get<ScheduledItem>(messageKey(id));
    // Refused: somebody else has settled it meanwhile.
    if (item) await this.#table.transact(removal(item, isThere));
  }
}

function removal(message: ScheduledMessage, condition: ReturnType<typeof when>): Write[] {
  return [
    { kind: 'delete', key: messageKey(message.id), if: condition },
    { kind: 'delete', key: nameKey(message) },
    ...(message.attachments ?? []).flatMap((file): Write[] => [
      { kind: 'delete', key: laterKey(file, message.id) },
      // To be looked at by those who sweep: perhaps nobody holds it now.
      { kind: 'put', item: { ...looseKey(file, message.createdAt, message.id), id: file } },
    ]),
    {
      kind: 'update',
      key: countKey(message.workspaceId, message.senderId),
      change: to`ADD #count ${-1}`,
    },
  ];
}

const untaken = (workspaceId: string): ReturnType<typeof when> =>
  when`#workspaceId = ${workspaceId} AND #state <> ${'sending'}`;

function messageOf({ pk: _pk, sk: _sk, ...message }: ScheduledItem): ScheduledMessage {
  return message;
}

const messageKey = (id: string): Key => ({ pk: key('CHAT-LATER', id), sk: 'MESSAGE' });

const senderPartition = (workspaceId: string, senderId: string): string =>
  key('CHAT-LATER-OF', workspaceId, senderId);

const nameKey = ({ id, workspaceId, senderId }: ScheduledMessage): Key => ({
  pk: senderPartition(workspaceId, senderId),
  sk: key('M', id),
});

const countKey = (workspaceId: string, senderId: string): Key => ({
  pk: senderPartition(workspaceId, senderId),
  sk: 'COUNT',
});
