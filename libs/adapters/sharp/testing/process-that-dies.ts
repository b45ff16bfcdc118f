import type { ToPreviewProcess } from '../preview-process.js';

/** As if what reads images had been broken by one. */
process.on('message', (message: ToPreviewProcess) => {
  if (message.kind === 'piece' && Buffer.from(message.bytes).includes('poison')) process.abort();
  if (message.kind === 'end') process.send?.({ kind: 'made', previews: [] });
});
process.on('disconnect', () => process.exit(0));
