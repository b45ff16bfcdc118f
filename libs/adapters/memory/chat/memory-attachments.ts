import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Attachment } from '#domain/chat/model/message.js';
import type { PreviewFound } from '#domain/chat/model/preview.js';
import type { Upload } from '#domain/chat/model/upload.js';
import type { Attachments } from '#ports/chat/attachments.js';
import type { ChatTables } from './memory-chat.js';

export class MemoryAttachments implements Attachments {
  readonly #tables: ChatTables;
  readonly #uploads = new Map<string, { upload: Upload; takenAt: Instant }>();

  constructor(tables: ChatTables) {
    this.#tables = tables;
  }

  async insert(upload: Upload): Promise<void> {
    if (!this.#uploads.has(upload.id)) this.#uploads.set(upload.id, { upload, takenAt: upload.uploadedAt });
  }

  async find(workspaceId: WorkspaceId, userId: string, id: string): Promise<Upload | undefined> {
    const upload = this.#uploads.get(id)?.upload;
    if (upload?.workspaceId !== workspaceId) return undefined;
    const isTheirs =
      upload.uploaderId === userId || this.#holders(id).some(({ members }) => members.has(userId));
    return isTheirs ? upload : undefined;
  }

  async take(
    workspaceId: WorkspaceId,
    userId: string,
    ids: readonly string[],
    now: Instant,
  ): Promise<readonly Attachment[]> {
    return ids.flatMap((id) => {
      const kept = this.#uploads.get(id);
      if (kept?.upload.workspaceId !== workspaceId || kept.upload.uploaderId !== userId) return [];
      kept.takenAt = Math.max(kept.takenAt, now);
      const {
        workspaceId: _w,
        uploaderId: _u,
        uploadedAt: _at,
        hasNoPreview: _no,
        ...attachment
      } = kept.upload;
      return [attachment];
    });
  }

  async setPreview(id: string, preview: PreviewFound): Promise<void> {
    const kept = this.#uploads.get(id);
    if (kept)
      kept.upload = { ...kept.upload, ...(preview === 'none' ? { hasNoPreview: true } : { preview }) };
  }

  async removeUnheld(takenBefore: Instant, limit: number): Promise<readonly string[]> {
    const unheld = [...this.#uploads].filter(
      ([id, { takenAt }]) =>
        takenAt < takenBefore && this.#holders(id).length === 0 && !this.#isScheduled(id),
    );
    const ids = unheld.slice(0, limit).map(([id]) => id);
    for (const id of ids) this.#uploads.delete(id);
    return ids;
  }

  async isKept(id: string): Promise<boolean> {
    return this.#uploads.has(id);
  }

  #isScheduled(id: string): boolean {
    return [...this.#tables.scheduled.values()].some(({ attachments = [] }) => attachments.includes(id));
  }

  #holders(id: string) {
    return [...this.#tables.conversations.values()].filter(({ log }) =>
      log.some(({ attachments }) => attachments.some((one) => one.id === id)),
    );
  }
}
