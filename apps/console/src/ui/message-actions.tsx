import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { Message } from '#client/chat.js';
import { may } from '../model/permissions.js';
import { otherOf } from '../model/wording.js';
import { Ask } from './dialog.js';
import { useChatState, useSession } from './session-context.js';
import { Action } from './small-parts.js';

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
  const { chats, blocked, me } = useChatState();
  const chat = chats?.get(message.conversationId);
  const isCut = chat !== undefined && blocked.has(otherOf(chat, me) ?? '');
  const [isAsking, setAsking] = useState(false);
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const card = group.current;
    card?.querySelector('button')?.focus({ preventScroll: true });
    card?.scrollIntoView({ block: 'nearest' });
  }, []);
  const toMessage = (): void => group.current?.closest<HTMLElement>('.message')?.focus();
  const act = (what: () => void): void => {
    toMessage();
    what();
    onDone();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || isAsking) return;
    event.stopPropagation();
    toMessage();
    onDone();
  };
  return (
    <div ref={group} className="actions" role="group" aria-label="What to do with it" onKeyDown={onKeyDown}>
      {!isCut && <Emoji onChosen={(emoji) => act(() => session.react(message, emoji))} />}
      {!isCut && (
        <Action icon="reply" words="Reply" onClick={() => act(() => onIntent({ kind: 'reply', message }))} />
      )}
      {!isCut && chat && may(chat, 'pin') && (
        <Action
          icon="pin"
          words={message.pinnedAt == null ? 'Pin' : 'Take the pin off'}
          onClick={() => act(() => session.pin(message))}
        />
      )}
      {isMine && !isCut && (
        <Action icon="edit" words="Edit" onClick={() => act(() => onIntent({ kind: 'edit', message }))} />
      )}
      {(isMine || (chat && may(chat, 'delete_others'))) && (
        <Action icon="bin" words="Delete…" onClick={() => setAsking(true)} />
      )}
      {isAsking && (
        <Ask
          title="Delete the message?"
          no="Keep it"
          yes="Delete"
          onYes={async () => session.remove(message)}
          onClose={() => {
            const line = group.current?.closest<HTMLElement>('.message');
            onDone();
            // Nothing below the dialog takes the focus before it is gone.
            requestAnimationFrame(() => line?.focus());
          }}
        >
          <p>It goes for everybody, with its files.</p>
        </Ask>
      )}
    </div>
  );
}

function Emoji({ onChosen }: { readonly onChosen: (emoji: string) => void }): ReactElement {
  return (
    <div className="emoji">
      {EMOJI.map(([emoji, words]) => (
        <button key={emoji} type="button" aria-label={`React: ${words}`} onClick={() => onChosen(emoji)}>
          {emoji}
        </button>
      ))}
    </div>
  );
}
