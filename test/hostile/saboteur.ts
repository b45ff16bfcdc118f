import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into the server's process (`node --import`): on SIGUSR2 something goes wrong that nobody foresaw, with somebody's
 * address and our secrets in its words, its stack, its cause and its fields.
 */
if (isMainThread) {
  process.on('SIGUSR2', () => {
    const words = `no mail for Bird <canary.bird@canary.example> by https://me:${process.env['RESEND_API_KEY'] ?? ''}@127.0.0.1`;
    const cause = new Error(`Authorization: Bearer ${process.env['POSTHORN_API_KEY'] ?? ''}`);
    throw Object.assign(new Error(words, { cause }), {
      recipient: 'canary.bird@canary.example',
      mails: [{ to: 'Bird <canary.bird@canary.example>' }],
      apiKey: 'c4nary-of-no-setting',
    });
  });
}
