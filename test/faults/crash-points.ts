/** The moments at which a victim kills itself, named after what has just happened. */
export const crashPoints = [
  'claim',
  'intent',
  'provider-accept',
  'outcome',
  'finish',
  'import-batch',
  'import-batch-before',
  'expansion-accept',
  'expansion-before-accept',
  'expansion-cursor',
  // A notification's row is committed, and nobody has been answered.
  'notification-accept',
  // Which way it goes is kept, and nothing of it has been opened.
  'route-kept',
  // Its leg is opened, accepted and sealed, and nobody has been told.
  'leg-open',
  // What a vendor told is stored, and the vendor has no answer.
  'callback-stored',
  // A change of a notification is read from the outbox, and told to nobody.
  'event-read',
  'webhook-enqueue',
  // A customer has a webhook, and its attempt is not kept.
  'webhook-post',
  // A message has come, and nobody has been asked to keep it; then the storage has been asked; then it is in the log.
  'chat-append-before',
  'chat-append-asked',
  'chat-append',
  // It is being told to who is connected, its sender among them, and its sender has no answer.
  'chat-told',
  'chat-marks',
] as const;
/** Passed by who has answered a message that is not in the log: only a planted bug does. */
export type CrashPoint = (typeof crashPoints)[number] | 'chat-answered';

/** Bugs planted on purpose, each of which the checker has to find. */
export const plantedBugs = [
  'attempt-in-key',
  'outcome-before-intent',
  'cursor-before-send',
  'attempt-in-leg',
  'event-crossed-off-first',
  'new-webhook-id',
  'ack-before-commit',
  'no-dedup',
  'marks-not-kept',
] as const;
export type PlantedBug = (typeof plantedBugs)[number];

/** `intent:3`: right after the third intent has been made. */
export interface CrashPlan {
  readonly point: CrashPoint;
  readonly nth: number;
}

export function planText({ point, nth }: CrashPlan): string {
  return `${point}:${nth}`;
}

/** Counts passages and dies at the planned one, as by `kill -9`: nothing is flushed, nobody is told. */
export class CrashCounter {
  readonly #point: string;
  #left: number;

  constructor(plan: string | undefined) {
    const [point = '', nth = '0'] = (plan ?? '').split(':');
    this.#point = point;
    this.#left = Number(nth);
  }

  passed(point: CrashPoint): void {
    if (point !== this.#point) return;
    this.#left -= 1;
    if (this.#left <= 0) process.kill(process.pid, 'SIGKILL');
  }
}

/** A port with something done around one of its methods. */
export function around<T extends object, M extends keyof T & string>(
  port: T,
  method: M,
  wrap: (original: T[M]) => T[M],
): T {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      const bound: unknown = typeof value === 'function' ? value.bind(target) : value;
      return name === method ? wrap(bound as T[M]) : bound;
    },
  });
}
