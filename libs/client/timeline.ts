import type { ChatEvents } from './chat-events.js';
import type { Message, OutgoingMessage } from './frames.js';

/** A line of a conversation as it is shown. */
export type Entry =
  | { readonly state: 'stored'; readonly seq: number; readonly message: Message }
  /** Acknowledged, at its place; the message itself is on its way. */
  | { readonly state: 'sent'; readonly seq: number; readonly message: OutgoingMessage }
  /** Below everything else, in the order in which they were said. */
  | { readonly state: 'sending'; readonly message: OutgoingMessage };

export interface Timeline {
  /** By place, then what is being sent. */
  readonly entries: readonly Entry[];
}

export const EMPTY: Timeline = { entries: [] };

export type TimelineEvent = {
  readonly [Name in 'message' | 'changed' | 'sending' | 'sent' | 'refused']: {
    readonly name: Name;
    readonly data: ChatEvents[Name];
  };
}['message' | 'changed' | 'sending' | 'sent' | 'refused'];

/** What is shown of one conversation after an event of it. The echo of a message moves to its place when it is acknowledged. */
export function shownAfter({ entries }: Timeline, event: TimelineEvent): Timeline {
  switch (event.name) {
    case 'sending':
      return { entries: [...entries, { state: 'sending', message: event.data }] };
    case 'refused':
      return { entries: entries.filter((one) => !isEchoOf(one, event.data.message.clientMessageId)) };
    case 'sent': {
      const { clientMessageId, seq } = event.data;
      const echo = entries.find((one) => isEchoOf(one, clientMessageId));
      if (!echo || echo.state === 'stored') return { entries };
      const rest = entries.filter((one) => one !== echo);
      const isThere = rest.some((one) => one.state !== 'sending' && one.seq === seq);
      return isThere ? { entries: rest } : placed(rest, { state: 'sent', seq, message: echo.message });
    }
    case 'message':
    case 'changed': {
      const { seq } = event.data;
      const rest = entries.filter((one) => one.state === 'sending' || one.seq !== seq);
      return placed(rest, { state: 'stored', seq, message: event.data });
    }
  }
}

function isEchoOf(entry: Entry, clientMessageId: string): boolean {
  return entry.state === 'sending' && entry.message.clientMessageId === clientMessageId;
}

function placed(entries: readonly Entry[], entry: Exclude<Entry, { state: 'sending' }>): Timeline {
  const behind = entries.findIndex((one) => one.state === 'sending' || one.seq > entry.seq);
  return { entries: entries.toSpliced(behind < 0 ? entries.length : behind, 0, entry) };
}
