import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Attachment } from '#domain/chat/model/message.js';
import type { PreviewFound } from '#domain/chat/model/preview.js';
import type { Upload } from '#domain/chat/model/upload.js';
import type { Attachments } from '#ports/chat/attachments.js';
import { fields, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { EVERY } from './chat-items.js';
import { CHAT_SHARDS, fileKey, looseKey, loosePartition, memberKey } from './chat-keys.js';
import type { ChatTable } from './chat-table.js';

type FileItem = Key & Upload & { readonly takenAt: Instant };

interface LooseItem extends Key {
  readonly id: string;
}

const isThere = when`attribute_exists(pk)`;
const LOOKED_AT_ONCE = 100;

/**
 * An upload is an item, and beside it stands one for each message that holds it, written with the message. What may be held by
 * nobody is in a list by time; whoever sweeps takes off it what is held, and the message that lets go of it puts it back.
 */
export class DynamoAttachments implements Attachments {
  readonly #chat: ChatTable;

  constructor(chat: ChatTable) {
    this.#chat = chat;
  }

  async insert(upload: Upload): Promise<void> {
    const { id, uploadedAt } = upload;
    // Refused: it is there.
    await this.#chat.table.transact([
      {
        kind: 'put',
        item: { ...upload, ...fileKey(id), takenAt: uploadedAt },
        if: when`attribute_not_exists(pk)`,
      },
      { kind: 'put', item: { ...looseKey(id, uploadedAt), id } },
    ]);
  }

  async find(workspaceId: WorkspaceId, userId: string, id: string): Promise<Upload | undefined> {
    const item = await this.#chat.table.get<FileItem>(fileKey(id));
    if (item?.workspaceId !== workspaceId) return undefined;
    const isTheirs = item.uploaderId === userId || (await this.#isShownTo(id, userId));
    return isTheirs ? uploadOf(item) : undefined;
  }

  async take(
    workspaceId: WorkspaceId,
    userId: string,
    ids: readonly string[],
    now: Instant,
  ): Promise<readonly Attachment[]> {
    const { table } = this.#chat;
    const theirs = when`#workspaceId = ${workspaceId} AND #uploaderId = ${userId}`;
    const taken = ids.map(async (id): Promise<Attachment[]> => {
      const later = when`${theirs} AND #takenAt < ${now}`;
      const { item } = await table.update<FileItem>(fileKey(id), fields({ takenAt: now }), later);
      // One that was taken later is taken as well.
      if (item?.workspaceId !== workspaceId || item.uploaderId !== userId) return [];
      return [attachmentOf(item)];
    });
    return (await Promise.all(taken)).flat();
  }

  async setPreview(id: string, preview: PreviewFound): Promise<void> {
    const found = preview === 'none' ? { hasNoPreview: true } : { preview };
    await this.#chat.table.update(fileKey(id), fields(found), isThere);
  }

  async removeUnheld(takenBefore: Instant, limit: number): Promise<readonly string[]> {
    const removed: string[] = [];
    for (let shard = 0; shard < CHAT_SHARDS && removed.length < limit; shard++)
      removed.push(...(await this.#sweep(shard, takenBefore, limit - removed.length)));
    return removed;
  }

  async isKept(id: string): Promise<boolean> {
    return (await this.#chat.table.get(fileKey(id))) !== undefined;
  }

  async #isShownTo(id: string, userId: string): Promise<boolean> {
    const { table } = this.#chat;
    const range = { pk: fileKey(id).pk, startsWith: 'HELD#', limit: EVERY };
    const holds = await table.list<{ conversationId: string }>(range);
    const conversations = [...new Set(holds.map(({ conversationId }) => conversationId))];
    const keys = await Promise.all(
      conversations.map(async (conversationId) => {
        const crowd = await this.#chat.crowdOf(conversationId);
        return crowd === undefined ? [] : [memberKey(conversationId, crowd, userId)];
      }),
    );
    return (await table.getAll(keys.flat())).length > 0;
  }

  /** Each that is looked at leaves its place: it is removed, or held, or comes later. */
  async #sweep(shard: number, takenBefore: Instant, limit: number): Promise<string[]> {
    const removed: string[] = [];
    const range = { pk: loosePartition(shard), to: key(takenBefore), limit: LOOKED_AT_ONCE };
    let after: Readonly<Record<string, unknown>> | undefined;
    do {
      const page = await this.#chat.table.query<LooseItem>({ ...range, ...(after && { after }) });
      for (const loose of page.items) {
        if (removed.length === limit) return removed;
        if (await this.#looked(loose, takenBefore)) removed.push(loose.id);
      }
      after = page.next;
    } while (after);
    return removed;
  }

  async #isHeld(id: string): Promise<boolean> {
    for (const startsWith of ['HELD#', 'LATER#']) {
      const holds = await this.#chat.table.list({ pk: fileKey(id).pk, startsWith, limit: 1 });
      if (holds.length > 0) return true;
    }
    return false;
  }

  /** True if it is removed. */
  async #looked({ pk, sk, id }: LooseItem, takenBefore: Instant): Promise<boolean> {
    const { table } = this.#chat;
    const file = await table.get<FileItem>(fileKey(id));
    const isOld = file !== undefined && file.takenAt < takenBefore;
    if (file && !isOld) {
      await table.transact([
        { kind: 'put', item: { ...looseKey(id, file.takenAt), id } },
        { kind: 'delete', key: { pk, sk } },
      ]);
      return false;
    }
    // Who lets go of it now puts it in this list under a name of its own: that one is not taken off.
    if (!file || (await this.#isHeld(id))) {
      await table.delete({ pk, sk });
      return false;
    }
    // Unless somebody has taken it meanwhile.
    const result = await table.transact([
      { kind: 'delete', key: fileKey(id), if: when`#takenAt = ${file.takenAt}` },
      { kind: 'delete', key: { pk, sk } },
    ]);
    return result.kind === 'done';
  }
}

function uploadOf({ pk: _pk, sk: _sk, takenAt: _at, ...upload }: FileItem): Upload {
  return upload;
}

function attachmentOf(item: FileItem): Attachment {
  const {
    workspaceId: _w,
    uploaderId: _u,
    uploadedAt: _at,
    hasNoPreview: _no,
    ...attachment
  } = uploadOf(item);
  return attachment;
}
