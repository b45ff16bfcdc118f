import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Page, PageRequest } from '#domain/kernel/page.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Chat } from '#ports/chat/conversations.js';
import { key, padded } from '../engine/keys.js';
import {
  conversationOf,
  type EntryItem,
  EVERY,
  type MemberItem,
  memberOf,
  type MessageItem,
  messageOf,
  type MetaItem,
} from './chat-items.js';
import { listPartition, memberKey, messageKey, metaKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';
import { unreadMentions } from './unread-mentions.js';

export interface Listed {
  readonly id: string;
  readonly crowd: string;
  readonly movedAt: Instant;
}

/**
 * The conversations of a user. All of theirs are read to put them in order, a hundred bytes each: an index by time would lag,
 * and would have to be written for every member with every message.
 */
export class ChatList {
  readonly #chat: ChatTable;

  constructor(chat: ChatTable) {
    this.#chat = chat;
  }

  async page(workspaceId: WorkspaceId, userId: string, { limit, after }: PageRequest): Promise<Page<Chat>> {
    const before = after === undefined ? undefined : placeAfter(after);
    const listed = (await this.of(workspaceId, userId))
      .filter((one) => before === undefined || placeOf(one) < before)
      .sort((a, b) => (placeOf(a) > placeOf(b) ? -1 : 1));
    const shown = listed.slice(0, limit);
    const last = listed.length > limit ? shown.at(-1) : undefined;
    return { data: await this.#chats(shown, userId), next: last ? `after:${placeOf(last)}` : null };
  }

  /**
   * All of them in no order, or only the one that is asked for, if they are in it. Of a large one the entry does not say when
   * it moved, and may be what an opening left that came to nothing.
   */
  async of(workspaceId: WorkspaceId, userId: string, only?: string): Promise<Listed[]> {
    const range = { pk: listPartition(workspaceId, userId), limit: EVERY };
    const named = only === undefined ? {} : { startsWith: `${key('C', only)}#` };
    const entries = await this.#chat.table.list<EntryItem>({ ...range, ...named });
    const large = await this.#metas(entries.filter(({ movedAt }) => movedAt === undefined));
    return entries.flatMap(({ id, crowd, movedAt }) => {
      const meta = large.get(id);
      const at = movedAt ?? (meta?.crowd === crowd ? meta.movedAt : undefined);
      return at === undefined ? [] : [{ id, crowd, movedAt: at }];
    });
  }

  async #metas(of: readonly { readonly id: string }[]): Promise<Map<string, MetaItem>> {
    const ids = [...new Set(of.map(({ id }) => id))];
    const metas = await this.#chat.table.getAll<MetaItem>(ids.map(metaKey));
    return new Map(metas.map((meta) => [meta.id, meta]));
  }

  async #chats(listed: readonly Listed[], userId: string): Promise<Chat[]> {
    const { table } = this.#chat;
    const metas = await this.#metas(listed);
    const newest = [...metas.values()].filter(({ seq, cutSeq }) => seq > cutSeq);
    const [members, messages] = await Promise.all([
      table.getAll<MemberItem>(listed.map(({ id, crowd }) => memberKey(id, crowd, userId))),
      table.getAll<MessageItem>(newest.map(({ id, seq }) => messageKey(id, seq))),
    ]);
    const memberAt = new Map(members.map((item) => [item.pk, item]));
    const messageAt = new Map(messages.map((item) => [item.pk, item]));
    const chats = listed.map(async ({ id, crowd }): Promise<Chat[]> => {
      const meta = metas.get(id);
      const item = memberAt.get(memberKey(id, crowd, userId).pk);
      if (!meta || !item) return [];
      const last = messageAt.get(meta.pk);
      return [
        {
          conversation: conversationOf(meta),
          member: memberOf(id, item),
          ...(last && { last: messageOf(id, last) }),
          unreadMentions: await unreadMentions(this.#chat, meta, item),
        },
      ];
    });
    return (await Promise.all(chats)).flat();
  }
}

/** Sorts by when it moved, and tells those apart that moved at one moment. */
function placeOf({ id, movedAt }: Listed): string {
  return `${padded(movedAt)}#${id}`;
}

/** @throws Refusal `invalid_cursor` */
function placeAfter(after: string): string {
  const place = /^after:(\d{16}#.+)$/s.exec(after)?.[1];
  if (place === undefined) throw new Refusal('invalid_cursor', 'The cursor is not one of ours.');
  return place;
}
