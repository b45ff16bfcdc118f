import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { Message } from '#client/chat.js';
import { Icon } from './icons.js';
import { useSession } from './session-context.js';
import { Dialog } from './small-parts.js';

const EMOJI = [
  ['👍', 'thumbs up'],
  ['❤️', 'heart'],
  ['😂', 'laughing'],
  ['🎉', 'party'],
  ['😮', 'surprised'],
  ['😢', 'sad'],
] as const;

export function MessageActions(props: {
  readonly message: Message;
  readonly isMine: boolean;
  readonly onDone: () => void;
  readonly onIntent: (intent: { readonly kind: 'reply' | 'edit'; readonly message: Message }) => void;
}): ReactElement {
  const { message, isMine, onDone, onIntent } = props;
  const session = useSession();
  const [isAsking, setAsking] = useState(false);
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const card = group.current;
    card?.querySelector('button')?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: 'nearest' });
  }, []);
  const act = (what: () => void): void => {
    what();
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || isAsking) return;
    event.stopPropagation();
    group.current?.closest<HTMLElement>('.message')?.focus();
    onDone();
  };
  return (
    <div ref={group} className="actions" role="group" aria-label="What to do with it" onKeyDown={onKeyDown}>
      <div className="emoji">
        {EMOJI.map(([emoji, words]) => (
          <button
            key={emoji}
            type="button"
            aria-label={`React: ${words}`}
            onClick={() => act(() => void session.react(message, emoji))}
          >
            {emoji}
          </button>
        ))}
      </div>
      <Action icon="reply" words="Reply" onClick={() => act(() => onIntent({ kind: 'reply', message }))} />
      <Action
        icon="pin"
        words={message.pinnedAt == null ? 'Pin' : 'Take the pin off'}
        onClick={() => act(() => void session.pin(message))}
      />
      {isMine && (
        <Action icon="edit" words="Edit" onClick={() => act(() => onIntent({ kind: 'edit', message }))} />
      )}
      {isMine && <Action icon="bin" words="Delete…" onClick={() => setAsking(true)} />}
      {isAsking && (
        <Dialog label="Delete the message" onClose={onDone}>
          <h2>Delete the message?</h2>
          <p>It goes for everybody, with its files.</p>
          <div className="choices">
            <button type="button" className="button" autoFocus onClick={onDone}>
              Keep it
            </button>
            <button type="button" className="danger" onClick={() => act(() => void session.remove(message))}>
              Delete
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

function Action(props: {
  readonly icon: Parameters<typeof Icon>[0]['name'];
  readonly words: string;
  readonly onClick: () => void;
}): ReactElement {
  return (
    <button type="button" className="action" onClick={props.onClick}>
      <Icon name={props.icon} size={18} />
      {props.words}
    </button>
  );
}
