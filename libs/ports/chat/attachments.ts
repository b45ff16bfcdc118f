import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Attachment } from '#domain/chat/model/message.js';
import type { PreviewFound } from '#domain/chat/model/preview.js';
import type { Upload } from '#domain/chat/model/upload.js';

/**
 * What has been uploaded, and who may have it. The bytes are blobs. A message holds an attachment from the moment it is in
 * the log until it is deleted or cut off; one that is scheduled from the moment it is put until it is called off or settled.
 *
 * Guarantees
 * - `insert` keeps an upload durably; inserting the same id twice is once.
 * - `find` answers it to who uploaded it, and to whoever is, when it is asked, a member of a conversation in whose log a
 *   message holds it. To everybody else it is not there.
 * - `take` answers those of the asked that the user has uploaded, in the order asked. What it answers is not removed for as
 *   long after `now` as an unheld upload is kept: so long there is for the message to get into the log.
 * - `removeUnheld` removes uploads that no message holds, said or scheduled, and that nobody has uploaded or taken since an instant, at most so
 *   many, and answers their ids. Of one that it has removed, `take` and `find` know nothing.
 * - `setPreview` adds to an upload what became of its previews; of one that is gone it says nothing. What is taken later says
 *   of a preview that is there how large it is.
 * - `isKept` says whether an upload is there at all.
 */
export interface Attachments {
  insert(upload: Upload): Promise<void>;
  find(workspaceId: WorkspaceId, userId: string, id: string): Promise<Upload | undefined>;
  take(
    workspaceId: WorkspaceId,
    userId: string,
    ids: readonly string[],
    now: Instant,
  ): Promise<readonly Attachment[]>;
  setPreview(id: string, preview: PreviewFound): Promise<void>;
  removeUnheld(takenBefore: Instant, limit: number): Promise<readonly string[]>;
  isKept(id: string): Promise<boolean>;
}
export const Attachments = Symbol('Attachments');
