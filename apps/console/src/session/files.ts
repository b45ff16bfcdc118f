import type { AttachedFile } from '#client/chat.js';
import { OFFLINE, refusalIn, type Rest, RestRefusal } from './rest.js';

export interface Upload {
  readonly done: Promise<AttachedFile>;
  cancel(): void;
}

const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
/** Bytes: of a larger one without a preview nothing is shown until somebody saves it, as any other file. */
const LARGEST_SHOWN = 8_000_000;
const MOST_KEPT = 60;

/** Pixels into whose square a preview fits. */
export type PreviewSize = 320 | 1280;

/**
 * Where a picture of a file is to be had, the best first: a preview that the server makes, or the file itself where there is
 * none and it is not too large. Empty of a file that is no picture.
 */
export function picturesOf({ id, mediaType, bytes }: AttachedFile, size: PreviewSize): readonly string[] {
  if (!SHOWN.has(mediaType)) return [];
  const preview = `${pathOf(id)}/preview?size=${size}`;
  return bytes <= LARGEST_SHOWN ? [preview, pathOf(id)] : [preview];
}

function pathOf(id: string): string {
  return `/v1/attachments/${encodeURIComponent(id)}`;
}

/** Files of messages. They are had with a token only, which no `<img src>` can show: so they are fetched. */
export class Files {
  readonly #rest: Rest;
  /** By size and file; the least recently asked for first. */
  readonly #pictures = new Map<string, Promise<string>>();

  constructor(rest: Rest) {
    this.#rest = rest;
  }

  /** A URL of this page’s own. @throws RestRefusal */
  picture(file: AttachedFile, size: PreviewSize): Promise<string> {
    const key = `${size} ${file.id}`;
    const url = this.#pictures.get(key) ?? this.#firstOf(picturesOf(file, size));
    this.#pictures.delete(key);
    this.#pictures.set(key, url);
    url.catch(() => this.#pictures.delete(key));
    this.#forgetOldest();
    return url;
  }

  /** Has the browser save it. @throws RestRefusal */
  async save({ id, name }: AttachedFile): Promise<void> {
    const url = URL.createObjectURL(await this.#rest.blob(pathOf(id)));
    const link = document.createElement('a');
    link.href = url;
    link.download = name;
    link.click();
    // The browser has taken hold of the bytes by then.
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  }

  /** @param onProgress from 0 to 1 */
  upload(file: File, onProgress: (share: number) => void): Upload {
    // `fetch` does not tell how far a body has gone.
    const request = new XMLHttpRequest();
    const done = new Promise<AttachedFile>((resolve, reject) => {
      request.open('POST', '/v1/attachments');
      for (const [name, value] of Object.entries(this.#rest.headers)) request.setRequestHeader(name, value);
      request.setRequestHeader('content-type', 'application/octet-stream');
      request.setRequestHeader('x-file-name', encodeURIComponent(file.name.toWellFormed()));
      request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
      request.onload = () => {
        if (request.status === 201 || request.status === 200)
          resolve(JSON.parse(request.responseText) as AttachedFile);
        else reject(refusalIn(request.status, request.responseText));
      };
      request.onerror = () => reject(new RestRefusal(0, 'offline', OFFLINE));
      request.onabort = () => reject(new RestRefusal(0, 'cancelled', 'Cancelled.'));
      request.send(file);
    });
    return { done, cancel: () => request.abort() };
  }

  close(): void {
    for (const url of this.#pictures.values())
      void url.then((one) => URL.revokeObjectURL(one)).catch(() => {});
    this.#pictures.clear();
  }

  async #firstOf(paths: readonly string[]): Promise<string> {
    const [path, ...others] = paths;
    if (path === undefined) throw new RestRefusal(404, 'not_found', 'There is no picture of it.');
    try {
      const blob = await this.#rest.blob(path);
      if (SHOWN.has(blob.type)) return URL.createObjectURL(blob);
    } catch (error) {
      if (!(error instanceof RestRefusal) || error.status !== 404) throw error;
    }
    return this.#firstOf(others);
  }

  #forgetOldest(): void {
    for (const [key, url] of this.#pictures) {
      if (this.#pictures.size <= MOST_KEPT) return;
      this.#pictures.delete(key);
      void url.then((one) => URL.revokeObjectURL(one)).catch(() => {});
    }
  }
}
