import { type FocusEvent, type KeyboardEvent, type ReactElement, useEffect, useMemo, useState } from 'react';
import type { Message } from '#client/chat.js';
import type { OpenChat, Way } from '../model/chat-state.js';
import { type Line, linesOf } from '../model/lines.js';
import { dayInWords, dayOf, HERE } from '../model/when.js';
import { EchoLine, MessageLine, type MessageLineProps, RefusedLine } from './message-line.js';
import { useChatState, useIsLookedAt, useSession } from './session-context.js';
import { IconButton } from './small-parts.js';
import { useScrolling } from './use-scrolling.js';

export function MessageList(props: {
  readonly open: OpenChat;
  readonly onIntent: MessageLineProps['onIntent'];
  readonly onWrite: () => void;
}): ReactElement {
  const { open, onIntent, onWrite } = props;
  const session = useSession();
  const state = useChatState();
  const lines = useMemo(
    () => linesOf(state, open, (at) => dayOf(at, HERE)),
    [state.echoes, state.refused, state.changes, state.files, state.me, open],
  );
  const isLookedAt = useIsLookedAt();
  const { box, onScroll, isAtEnd, toEnd } = useScrolling(lines, open, isLookedAt);
  const [active, setActive] = useState<number>();
  const [current, setCurrent] = useState<number>();
  useQuotes(open);

  const { messages, hasOlder, hasNewer, loading, hasFailed } = open.log;
  // One that is not loaded any more leads nowhere.
  const stop = messages.some(({ seq }) => seq === current) ? current : messages.at(-1)?.seq;
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    const at = event.target instanceof HTMLElement ? event.target.closest<HTMLElement>('.message') : null;
    if (event.target !== at) return;
    if (event.key === 'Escape') {
      setCurrent(undefined);
      return onWrite();
    }
    if (event.key === 'Enter') {
      event.preventDefault(); // else the same key presses the button that gets the focus
      return setActive(Number(at.dataset['seq']));
    }
    const next = neighbour(at, event.key);
    if (!next) return;
    event.preventDefault();
    setCurrent(Number(next.dataset['seq']));
    next.focus();
  };
  const onFocus = ({ target }: FocusEvent<HTMLElement>): void => {
    const seq = target.closest<HTMLElement>('.message')?.dataset['seq'];
    if (seq !== undefined) setCurrent(Number(seq));
  };
  const isDirect = state.chats?.get(open.id)?.kind === 'direct';
  const common = { me: state.me, isDirect, onActive: setActive, onIntent };
  return (
    <section
      className="messages"
      aria-label="Messages"
      aria-busy={loading !== undefined}
      ref={box}
      onScroll={onScroll}
    >
      {hasOlder && (
        <button type="button" className="button older" onClick={() => void session.history.load('older')}>
          {loading === 'older' ? 'One moment…' : 'Older messages'}
        </button>
      )}
      {messages.length === 0 && !hasNewer && lines.length === 0 && (
        <p className="empty">Nothing has been said here yet.</p>
      )}
      <ol aria-label="Messages, the newest last" onKeyDown={onKeyDown} onFocus={onFocus}>
        {lines.map((line) => (
          <AnyLine
            key={line.key}
            line={line}
            {...common}
            quoted={quotedBy(line, open)}
            isActive={line.kind === 'message' && line.message.seq === active}
            isCurrent={line.kind === 'message' && line.message.seq === stop}
            isTarget={line.kind === 'message' && line.message.seq === open.target?.seq}
          />
        ))}
      </ol>
      {messages.length === 0 && hasFailed && (
        <p className="empty">What has been said here has not been loaded.</p>
      )}
      {hasNewer && (messages.length > 0 || loading === undefined) && (
        <button type="button" className="button older" onClick={() => void session.history.load('newer')}>
          {newerWords(messages.length, loading)}
        </button>
      )}
      {(!isAtEnd || hasNewer) && lines.length > 0 && (
        <IconButton icon="down" label="To the newest" className="to-end" onClick={toEnd} />
      )}
    </section>
  );
}

function newerWords(shown: number, loading: Way | undefined): string {
  if (loading === 'newer') return 'One moment…';
  return shown === 0 ? 'Try again' : 'Newer messages';
}

type AnyLineProps = Omit<MessageLineProps, 'line'> & { readonly line: Line };

function AnyLine({ line, ...props }: AnyLineProps): ReactElement {
  switch (line.kind) {
    case 'day':
      return (
        <li className="divider">
          <time dateTime={line.at}>{dayInWords(line.at, Date.now(), HERE)}</time>
        </li>
      );
    case 'unread':
      return <li className="divider new">New</li>;
    case 'echo':
      return <EchoLine line={line} />;
    case 'refused':
      return <RefusedLine line={line} />;
    case 'message':
      return <MessageLine line={line} {...props} />;
  }
}

function quotedBy(line: Line, { log, quoted }: OpenChat): Message | undefined {
  const id = line.kind === 'message' ? line.message.replyTo : undefined;
  if (id == null) return undefined;
  return log.messages.find((one) => one.id === id) ?? quoted.get(id);
}

/** What is answered here and was said before what is loaded. */
function useQuotes({ log }: OpenChat): void {
  const { history } = useSession();
  useEffect(() => {
    const there = new Set(log.messages.map(({ id }) => id));
    for (const { replyTo, deletedAt } of log.messages)
      if (replyTo != null && deletedAt == null && !there.has(replyTo)) void history.quote(replyTo);
  }, [history, log.messages]);
}

function neighbour(at: HTMLElement, key: string): HTMLElement | undefined {
  const all = [...(at.parentElement?.querySelectorAll<HTMLElement>('.message[data-seq]') ?? [])];
  const index = all.indexOf(at);
  const to = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: all.length - 1 }[key];
  return to === undefined ? undefined : all[to];
}
