/** What one end of a conversation hears, by the numbers of the messages. */
export interface Heard {
  /** The server has taken it. */
  acked(n: number): void;
  refused(n: number, why: string): void;
  delivered(n: number): void;
}

/** One user's connection, in a conversation with the user of another one. */
export interface Line {
  send(n: number, text: string): void;
  /** Messages that the server has kept for this user, where it can be asked. */
  archived?(): Promise<number>;
  stopReading?(): void;
  close(): void;
}

export interface LineOrders {
  readonly kind: 'posthorn' | 'socket.io' | 'xmpp';
  readonly port: number;
  /** Of Posthorn: what its tokens are signed with, and for which workspace. */
  readonly tokenSecret?: string;
  readonly workspace?: string;
  /** Of a bare server: where everybody is. */
  readonly room?: string;
}

/** The number in what stands around it; undefined if it is not there. */
export function numberAfter(text: string, mark: string): number | undefined {
  const at = text.indexOf(mark);
  if (at < 0) return undefined;
  const n = Number.parseInt(text.slice(at + mark.length, at + mark.length + 12), 10);
  return Number.isNaN(n) ? undefined : n;
}

/** Does something for each, so many at once. */
export async function each<T>(
  all: readonly T[],
  atOnce: number,
  act: (one: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < all.length) await act(all[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, lane));
}
