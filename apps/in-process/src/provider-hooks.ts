import type { Callback } from './door.js';
import type { PosthornInProcess } from './posthorn-in-process.js';

/** What to answer a provider. */
export interface HookAnswer {
  readonly status: number;
  /** Of `text/plain`. */
  readonly body: string;
}

/**
 * Takes what providers call back: that a message was delivered, bounced or read, that somebody wrote STOP. For the
 * application to mount at `{publicUrl}/hooks/{provider}`, with the bytes of the body as they came: they are signed.
 */
export class ProviderHooks {
  readonly #posthorn: PosthornInProcess;

  constructor(posthorn: PosthornInProcess) {
    this.#posthorn = posthorn;
  }

  /**
   * Answered when it is committed. If it rejects, answer an error: the provider comes again.
   * @param provider `ses`, `resend`, `sendgrid`, `twilio` or `whatsapp`
   */
  async take(provider: string, callback: Callback): Promise<HookAnswer> {
    const answer = await this.#posthorn.use((door) => door.takeCallback(provider, callback));
    switch (answer.kind) {
      case 'taken':
        return { status: 200, body: '' };
      case 'answer':
        return { status: 200, body: answer.body };
      case 'later':
        return { status: 503, body: 'callback_not_verifiable' };
      case 'refused':
        return { status: 403, body: answer.code };
      case 'malformed':
        return { status: 400, body: 'invalid_callback' };
      case 'unknown_provider':
        return { status: 404, body: 'not_found' };
    }
  }
}
