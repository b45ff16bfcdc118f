import type { ProviderNews, ProviderTurn } from '#ports/delivery/provider-news.js';

type Hear = (turn: ProviderTurn) => void;

/** One worker's ear and mouth among those that were made over the same room. */
export class MemoryProviderNews implements ProviderNews {
  readonly #room: Set<MemoryProviderNews>;
  readonly #hearers = new Set<Hear>();

  constructor(room: Set<MemoryProviderNews> = new Set()) {
    this.#room = room.add(this);
  }

  tell(turn: ProviderTurn): void {
    for (const other of this.#room) if (other !== this) queueMicrotask(() => other.#hear(turn));
  }

  onHeard(hear: Hear): () => void {
    this.#hearers.add(hear);
    return () => {
      this.#hearers.delete(hear);
    };
  }

  #hear(turn: ProviderTurn): void {
    for (const hear of [...this.#hearers]) {
      try {
        hear(turn);
      } catch {
        // The others are to hear it all the same.
      }
    }
  }
}
