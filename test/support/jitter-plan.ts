import { SeededRandomness } from '#adapters/memory/system/seeded-randomness.js';

/** What may happen to a connection. */
export type Mishap =
  /** Both ends are reset. */
  | 'reset'
  /** Both ends are hung up on. */
  | 'end'
  /** As `end`, with the first part of what was just passed on, and not the rest: in the middle of a frame. */
  | 'cut'
  /** Half-open: it stays, and nothing passes either way. It is reset when it has been held so. */
  | 'stall'
  /** What the client sends still comes, and nothing comes back to it: answers are lost. It is reset when it has been held so. */
  | 'deaf'
  /** The client's end is reset, and the server does not hear of it until it has been held. */
  | 'ghost';
export const MISHAPS: readonly Mishap[] = ['reset', 'end', 'cut', 'stall', 'deaf', 'ghost'];

/** What happens to one connection, and when: whichever comes first of the two. */
export interface Fate {
  readonly mishap: Mishap;
  /** Bytes that have passed, both ways together. Never by bytes if left out. */
  readonly afterBytes?: number;
  /** Milliseconds since it was opened. Never by time if left out. */
  readonly afterMs?: number;
  /** Milliseconds for which it is held, if it is stalled, deaf or a ghost. */
  readonly heldMs: number;
}

export interface LinePlan {
  /** None: it is left alone. */
  readonly fate?: Fate;
  /** Milliseconds for which the next bytes are held back, each way in their order. Connections so overtake one another. */
  readonly delayMs: () => number;
}

/** By the number of the connection, from 0, in the order in which they come. */
export type JitterPlan = (connection: number) => LinePlan;

export interface JitterOptions {
  readonly mishaps?: readonly Mishap[];
  /** The first so many connections meet with a mishap, all later ones with none. All do if left out. */
  readonly most?: number;
  /** From the first of these to the second. */
  readonly afterBytes?: readonly [number, number];
  readonly afterMs?: readonly [number, number];
  readonly heldMs?: readonly [number, number];
  /** The longest that bytes are held back on a slow connection; a third of them are slow. */
  readonly slowMs?: number;
}

export const LEFT_ALONE: LinePlan = { delayMs: () => 0 };

/** A plan in which all follows from the seed and the number of the connection, whatever the others do. */
export function seededPlan(seed: number, options: JitterOptions): JitterPlan {
  const { mishaps = MISHAPS, most = Infinity, heldMs = [50, 300], slowMs = 0 } = options;
  return (connection) => {
    const random = new SeededRandomness(Math.imul(connection + 1, 0x9e3779b1) + seed);
    const between = ([from, to]: readonly [number, number]): number => from + random.unit() * (to - from);
    const mishap = mishaps[Math.floor(random.unit() * mishaps.length)];
    const fate = mishap && {
      mishap,
      heldMs: between(heldMs),
      ...(options.afterBytes && { afterBytes: Math.round(between(options.afterBytes)) }),
      ...(options.afterMs && { afterMs: between(options.afterMs) }),
    };
    const pace = random.unit() < 1 / 3 ? slowMs : 0;
    const delayMs = (): number => (pace === 0 ? 0 : random.unit() * pace);
    return { ...(fate && connection < most && { fate }), delayMs };
  };
}
