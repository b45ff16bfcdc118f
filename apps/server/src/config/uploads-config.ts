import { DEFAULT_UPLOAD_LIMITS, type UploadLimits } from '#domain/chat/model/upload.js';
import type { ConfigReader } from './config-reader.js';

/** The section `chat.attachments`: what may be attached to messages of the chat. */
export function readUploads(read: ConfigReader): UploadLimits {
  const { largest, mostPixels } = DEFAULT_UPLOAD_LIMITS;
  return {
    largest:
      read.count({ file: 'chat.attachments.largestBytes' }, { min: 1024, max: 4 * 2 ** 30 }) ?? largest,
    mostPixels:
      read.count({ file: 'chat.attachments.mostPixels' }, { min: 1, max: 1_000_000_000 }) ?? mostPixels,
  };
}
