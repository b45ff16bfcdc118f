import type { Instant } from '#domain/kernel/brand.js';
import type { Upload } from '#domain/chat/model/upload.js';
import { type Db, sqliteStore } from '../engine/store.js';

export interface AttachmentRow {
  readonly id: string;
  readonly workspace_id: string;
  readonly uploader_id: string;
  readonly uploaded_at: Instant;
  readonly name: string;
  readonly media_type: string;
  readonly bytes: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly preview: string | null;
}

function insert(db: Db, upload: Upload): null {
  const { id, workspaceId: workspace, uploaderId: uploader, uploadedAt: at } = upload;
  const { name, mediaType, bytes, width = null, height = null } = upload;
  db.run('insert', { id, workspace, uploader, at, name, mediaType, bytes, width, height });
  return null;
}

function find(db: Db, args: { workspace: string; user: string; id: string }): AttachmentRow | undefined {
  return db.get<AttachmentRow>('find', args);
}

function take(
  db: Db,
  { ids, ...of }: { workspace: string; user: string; ids: readonly string[]; now: Instant },
): AttachmentRow[] {
  return ids.flatMap((id) => db.get<AttachmentRow>('take', { ...of, id }) ?? []);
}

function setPreview(db: Db, args: { id: string; preview: string }): null {
  db.run('setPreview', args);
  return null;
}

function removeUnheld(db: Db, args: { before: Instant; limit: number }): string[] {
  return db.all<{ id: string }>('removeUnheld', args).map(({ id }) => id);
}

function isKept(db: Db, { id }: { id: string }): boolean {
  return db.get('isKept', { id }) !== undefined;
}

export const attachmentsStore = sqliteStore({
  name: 'chat-attachments',
  sql: new URL('./attachments.sql', import.meta.url),
  writes: { insert, take, setPreview, removeUnheld },
  reads: { find, isKept },
});
