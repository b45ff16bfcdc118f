import type { ToPreviewProcess } from '../preview-process.js';

/** As on a machine for which there is no binary. */
process.on('message', (message: ToPreviewProcess) => {
  if (message.kind === 'end') process.send?.({ kind: 'unavailable', reason: 'not_installed' });
});
process.on('disconnect', () => process.exit(0));
