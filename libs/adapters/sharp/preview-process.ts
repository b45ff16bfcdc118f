import { type Order, renderPreviews, type SharpModule, tamed } from './render-previews.js';
import type { Previewed } from '#ports/chat/image-previews.js';

/**
 * The process in which strangers' images are unpacked: what they break ends it, and nothing else. It is told an order, then
 * the file in pieces, then that this was all; it answers, and waits for the next.
 */
export type ToPreviewProcess =
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'piece'; readonly bytes: Uint8Array }
  | { readonly kind: 'end' };

let sharp: Promise<SharpModule | undefined> | undefined;
let order: Order | undefined;
let pieces: Uint8Array[] = [];

async function loaded(): Promise<SharpModule | undefined> {
  try {
    return tamed((await import('sharp')).default);
  } catch {
    // There is no binary for this machine.
    return undefined;
  }
}

async function answer(): Promise<Previewed> {
  const bytes = Buffer.concat(pieces);
  pieces = [];
  const module = await (sharp ??= loaded());
  if (!module || !order) return { kind: 'unavailable', reason: 'not_installed' };
  return renderPreviews(module, bytes, order);
}

process.on('message', (message: ToPreviewProcess) => {
  if (message.kind === 'piece') pieces.push(message.bytes);
  else if (message.kind === 'order') {
    ({ order } = message);
    pieces = [];
  } else void answer().then((found) => process.send?.(found));
});
// Whoever started us has died.
process.on('disconnect', () => process.exit(0));
