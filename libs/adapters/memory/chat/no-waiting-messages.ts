import type { WaitingMessages } from '#ports/chat/waiting-messages.js';

/** For targets whose storage is all that they have: where that takes nothing, nothing else would. */
export class NoWaitingMessages implements WaitingMessages {
  async put(): Promise<'not_kept'> {
    return 'not_kept';
  }

  listen(): void {}

  async stop(): Promise<void> {}
}
