import type { Sharp, SharpOptions } from 'sharp';
import type { Preview, Previewed } from '#ports/chat/image-previews.js';

export interface Order {
  readonly sizes: readonly number[];
  readonly mostPixels: number;
  readonly seconds: number;
}

/** What of sharp is used here. */
export interface SharpModule {
  (bytes: Buffer, options: SharpOptions): Sharp;
  readonly block: (options: { operation: string[] }) => void;
  readonly unblock: (options: { operation: string[] }) => void;
  readonly cache: (on: false) => unknown;
  readonly concurrency: (threads: number) => number;
}

/** What libvips reads is much: TIFF, SVG, PDF, HEIF, Magick, … Of all that these four are left. */
const READ = ['Jpeg', 'Png', 'Webp', 'Nsgif'].map((format) => `VipsForeignLoad${format}Buffer`);

export function tamed(sharp: SharpModule): SharpModule {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: READ });
  sharp.cache(false);
  sharp.concurrency(1);
  return sharp;
}

/** Does not throw, whatever the bytes are. */
export async function renderPreviews(sharp: SharpModule, bytes: Buffer, order: Order): Promise<Previewed> {
  const { sizes, mostPixels, seconds } = order;
  const previews: Preview[] = [];
  try {
    for (const size of sizes) {
      // Of an animation the first frame; a file that is torn fails, and one that is merely unusual does not.
      const options: SharpOptions = { limitInputPixels: mostPixels, failOn: 'error', page: 0, pages: 1 };
      const { data, info } = await sharp(bytes, options)
        .timeout({ seconds })
        .autoOrient()
        .resize(size, size, { fit: 'inside', withoutEnlargement: true })
        // Metadata are left out unless asked for; the colours become those that every screen shows.
        .webp({ quality: 80 })
        .toBuffer({ resolveWithObject: true });
      previews.push({ size, width: info.width, height: info.height, bytes: data });
    }
    return { kind: 'made', previews };
  } catch (error) {
    return { kind: 'none', reason: reasonOf(error instanceof Error ? error.message : '') };
  }
}

function reasonOf(message: string): 'unreadable' | 'too_large' | 'too_slow' {
  if (/pixel limit|too large|dimensions/i.test(message)) return 'too_large';
  return /timeout/i.test(message) ? 'too_slow' : 'unreadable';
}
