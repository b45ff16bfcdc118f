/** For so long a client may put a file where it was told to, milliseconds. */
export const UPLOAD_LINK_FOR_MS = 15 * 60_000;
/** Only until it is asked for: what is being sent then goes on to its end. */
export const DOWNLOAD_LINK_FOR_MS = 2 * 60_000;

/** So many bytes of a secret that nobody guesses it. */
export const UPLOAD_SECRET_BYTES = 16;

/**
 * The id of a file that its sender puts into the store themselves, and the name of its blob there. It is known to whoever asked for
 * it and to nobody else: who knows it may make an attachment of what they put there.
 */
export function uploadIdOf(secret: Uint8Array): string {
  return `upl_${Buffer.from(secret).toString('hex')}`;
}

export function isUploadId(text: string): boolean {
  return /^upl_[0-9a-f]{32}$/.test(text);
}
