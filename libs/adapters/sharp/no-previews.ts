import type { ImagePreviews, Previewed } from '#ports/chat/image-previews.js';

/** For whoever wants none, or has a machine for which there is no sharp. */
export class NoPreviews implements ImagePreviews {
  async make(): Promise<Previewed> {
    return { kind: 'unavailable', reason: 'not_installed' };
  }
}
