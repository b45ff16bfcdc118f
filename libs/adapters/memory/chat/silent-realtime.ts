import type { Realtime } from '#ports/chat/realtime.js';

/** Tells nobody: where there are no connections. Whoever reads finds everything in the log. */
export class SilentRealtime implements Realtime {
  tell(): void {
    // Nobody listens.
  }
}
