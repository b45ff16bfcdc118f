import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Attachment } from '#domain/chat/model/message.js';
import type { PreviewFound } from '#domain/chat/model/preview.js';
import type { Upload } from '#domain/chat/model/upload.js';
import type { Attachments } from '#ports/chat/attachments.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { type AttachmentRow, attachmentsStore } from './attachments-store.js';

export class SqliteAttachments implements Attachments {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(attachmentsStore);
  }

  async insert(upload: Upload): Promise<void> {
    await this.#calls.write('insert', upload);
  }

  async find(workspace: WorkspaceId, user: string, id: string): Promise<Upload | undefined> {
    const row = await this.#calls.read('find', { workspace, user, id });
    if (!row) return undefined;
    return {
      ...attachmentOf(row),
      workspaceId: workspace,
      uploaderId: row.uploader_id,
      uploadedAt: row.uploaded_at,
      ...(previewOf(row) === 'none' && { hasNoPreview: true }),
    };
  }

  async take(
    workspace: WorkspaceId,
    user: string,
    ids: readonly string[],
    now: Instant,
  ): Promise<readonly Attachment[]> {
    const rows = await this.#calls.write('take', { workspace, user, ids, now }, { urgent: true });
    return rows.map(attachmentOf);
  }

  async setPreview(id: string, preview: PreviewFound): Promise<void> {
    await this.#calls.write('setPreview', { id, preview: JSON.stringify(preview) });
  }

  removeUnheld(before: Instant, limit: number): Promise<readonly string[]> {
    return this.#calls.write('removeUnheld', { before, limit });
  }

  isKept(id: string): Promise<boolean> {
    return this.#calls.read('isKept', { id });
  }
}

function attachmentOf(row: AttachmentRow): Attachment {
  const { id, name, media_type: mediaType, bytes, width, height } = row;
  const preview = previewOf(row);
  return {
    id,
    name,
    mediaType,
    bytes,
    ...(width !== null && height !== null && { width, height }),
    ...(preview && preview !== 'none' && { preview }),
  };
}

function previewOf({ preview }: AttachmentRow): PreviewFound | undefined {
  return preview === null ? undefined : (JSON.parse(preview) as PreviewFound);
}
