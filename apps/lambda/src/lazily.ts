import type { Invocation } from './invocation.js';

export type Handler<E, A> = (event: E, invocation: Invocation) => Promise<A>;

/**
 * A handler that is made at the first event, and kept for those that follow. If that fails the next event tries again: what was not to be
 * had may be there by then, and a process that never recovers would be given event after event.
 */
export function lazily<E, A>(open: () => Promise<Handler<E, A>>): Handler<E, A> {
  let opened: Promise<Handler<E, A>> | undefined;
  return async (event, invocation) => {
    const opening = (opened ??= open());
    opening.catch(() => (opened = opened === opening ? undefined : opened));
    return (await opening)(event, invocation);
  };
}
