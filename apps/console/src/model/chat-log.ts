import type { Message } from '#client/chat.js';
import type { Log, Way } from './chat-state.js';

/** Messages on the screen at most: whoever scrolls for an hour does not fill the memory. */
export const MOST_SHOWN = 400;

/** Of a conversation of which nothing has been loaded yet. */
export const EMPTY_LOG: Log = {
  messages: [],
  hasOlder: false,
  hasNewer: true,
  loading: undefined,
  hasFailed: false,
  late: [],
};

export function loading(log: Log, way: Way): Log {
  return { ...log, loading: way, hasFailed: false };
}

export function notLoaded(log: Log): Log {
  return withLate({ ...log, loading: undefined, hasFailed: true }, log.late);
}

/**
 * @param page ascending, without holes
 * @param head the highest `seq` that the conversation is known to have
 * @param cutSeq up to where it has been cut
 */
export function withPage(log: Log, way: Way, page: readonly Message[], head: number, cutSeq: number): Log {
  const { late } = log;
  const isAnew = way === 'newest' || way === 'around';
  const before = isAnew ? { ...log, messages: [] } : log;
  const messages = way === 'older' ? [...page, ...before.messages] : [...before.messages, ...page];
  const newestSeq = Math.max(head, way === 'newest' ? (page.at(-1)?.seq ?? 0) : 0);
  const edges = {
    hasOlder: (messages[0]?.seq ?? 0) > cutSeq + 1 && !(way === 'older' && page.length === 0),
    hasNewer: way === 'newest' ? false : (messages.at(-1)?.seq ?? 0) < newestSeq,
  };
  const whole = withLate(
    { messages: distinct(messages), ...edges, loading: undefined, hasFailed: false, late: [] },
    late,
  );
  return bounded(whole, way);
}

/** A message, or an earlier one as it is now. What belongs outside the stretch that is loaded is left out. */
export function withMessage(log: Log, message: Message): Log {
  if (log.loading !== undefined) return withLate({ ...log, late: [...log.late, message] }, [message]);
  return withLate(log, [message]);
}

function withLate(log: Log, late: readonly Message[]): Log {
  return late.reduce(placed, { ...log, late: log.loading === undefined ? [] : log.late });
}

function placed(log: Log, message: Message): Log {
  const { messages, hasNewer } = log;
  const at = messages.findIndex(({ seq }) => seq === message.seq);
  const known = messages[at];
  if (known) return message.rev < known.rev ? log : { ...log, messages: messages.with(at, message) };
  const lastSeq = messages.at(-1)?.seq ?? message.seq - 1;
  if (message.seq <= lastSeq) return log;
  // A hole: there is more between, and it is to be fetched.
  if (hasNewer || message.seq > lastSeq + 1) return { ...log, hasNewer: true };
  const hasOlder = log.hasOlder || (messages.length === 0 && message.seq > 1);
  return { ...log, messages: [...messages, message], hasOlder };
}

function distinct(messages: readonly Message[]): readonly Message[] {
  return messages.filter(({ seq }, at) => at === 0 || seq > (messages[at - 1]?.seq ?? 0));
}

function bounded(log: Log, way: Way): Log {
  if (log.messages.length <= MOST_SHOWN) return log;
  if (way === 'older') return { ...log, messages: log.messages.slice(0, MOST_SHOWN), hasNewer: true };
  return { ...log, messages: log.messages.slice(-MOST_SHOWN), hasOlder: true };
}
