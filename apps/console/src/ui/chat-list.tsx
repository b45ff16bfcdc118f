import { type KeyboardEvent, memo, type ReactElement, useMemo, useState } from 'react';
import { inOrder, unreadOf } from '../model/chat-list.js';
import type { Chat, ChatState } from '../model/chat-state.js';
import { isMute } from '../model/muting.js';
import { HERE, shortly } from '../model/when.js';
import { gistOf, otherOf, titleOf, typingOf } from '../model/wording.js';
import { MuteSign } from './conversation.js';
import { Icon } from './icons.js';
import { LinkLine } from './link-line.js';
import { useChatState } from './session-context.js';
import { Avatar, IconButton, Name } from './small-parts.js';

export function ChatList(props: {
  /** Something lies over it. */
  readonly isCovered: boolean;
  readonly onSearch: () => void;
  readonly onBlocked: () => void;
  readonly onNew: () => void;
  readonly onLeave: () => void;
}): ReactElement {
  const { me, blocked } = useChatState();
  return (
    <nav className="chats" aria-label="Chats" inert={props.isCovered}>
      <header className="bar">
        <span className="brand">
          <Icon name="horn" size={26} />
        </span>
        <h1>Chats</h1>
        <span className="spacer" />
        <IconButton icon="search" label="Search all chats" onClick={props.onSearch} />
        <IconButton icon="plus" label="New chat" onClick={props.onNew} />
      </header>
      <LinkLine />
      <Rows />
      <footer className="bar whose">
        <Avatar name={me} />
        <span className="who">
          <Name>{me}</Name>
        </span>
        {blocked.size > 0 && (
          <IconButton
            icon="block"
            label={`People you have blocked (${blocked.size})`}
            onClick={props.onBlocked}
          />
        )}
        <IconButton icon="leave" label="Sign out" onClick={props.onLeave} />
      </footer>
    </nav>
  );
}

/** One stop of the Tab key, however many there are: the arrows go through them. */
function Rows(): ReactElement {
  const state = useChatState();
  const { me, open, presence, typing, blocked } = state;
  const chats = useMemo(() => state.chats && inOrder(state.chats), [state.chats]);
  const [current, setCurrent] = useState<string>();
  if (!chats) return <p className="empty rows">One moment…</p>;
  if (chats.length === 0) return <p className="empty rows">No chats yet. Begin one with the plus above.</p>;
  const ids = chats.map(({ id }) => id);
  const stop = [current, open?.id].find((id) => id !== undefined && ids.includes(id)) ?? ids[0];
  const now = Date.now();
  return (
    <ul className="rows" onKeyDown={onArrow}>
      {chats.map((chat) => {
        const other = otherOf(chat, me);
        return (
          <li key={chat.id} onFocus={() => setCurrent(chat.id)}>
            <ChatRow
              chat={chat}
              me={me}
              isOpen={open?.id === chat.id}
              isStop={chat.id === stop}
              isOnline={other !== undefined && presence.get(other)?.online === true}
              isBlocked={other !== undefined && blocked.has(other)}
              isQuiet={isMute(chat, now)}
              typing={typingIn(typing, chat.id)}
              when={chat.last ? shortly(chat.last.sentAt, now, HERE) : ''}
            />
          </li>
        );
      })}
    </ul>
  );
}

function onArrow(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>('.chat-row')];
  const at = rows.indexOf(event.target as HTMLElement);
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: rows.length - 1 }[event.key];
  const next = at < 0 || to === undefined ? undefined : rows[to];
  if (!next) return;
  event.preventDefault();
  next.focus();
}

function typingIn(typing: ChatState['typing'], id: string): string {
  return typingOf(typing.filter(({ conversationId }) => conversationId === id).map(({ userId }) => userId));
}

interface ChatRowProps {
  readonly chat: Chat;
  readonly me: string;
  readonly isOpen: boolean;
  /** The one the Tab key leads to. */
  readonly isStop: boolean;
  readonly isOnline: boolean;
  readonly isBlocked: boolean;
  readonly isQuiet: boolean;
  readonly typing: string;
  readonly when: string;
}

const ChatRow = memo(function ChatRow(props: ChatRowProps): ReactElement {
  const { chat, me, isOpen, isStop, isOnline, isBlocked, isQuiet, typing, when } = props;
  const title = titleOf(chat, me);
  return (
    <a
      className="chat-row"
      href={`#${chat.id}`}
      aria-current={isOpen ? 'page' : undefined}
      tabIndex={isStop ? 0 : -1}
    >
      <Avatar name={title} isOnline={isOnline} />
      <span className="title">
        <Name>{title}</Name>
        {isOnline && <span className="unseen"> (online)</span>}
        {isQuiet && <MuteSign />}
        {isBlocked && (
          <span className="sign">
            <Icon name="block" size={15} />
            <span className="unseen"> (blocked)</span>
          </span>
        )}
      </span>
      {chat.last && (
        <time className="when" dateTime={chat.last.sentAt}>
          {when}
        </time>
      )}
      <span className="gist">{typing === '' ? <Gist chat={chat} me={me} /> : <em>{typing}</em>}</span>
      <Badge chat={chat} isQuiet={isQuiet} />
    </a>
  );
});

function Badge({ chat, isQuiet }: { readonly chat: Chat; readonly isQuiet: boolean }) {
  const unread = unreadOf(chat);
  if (unread === 0) return undefined;
  const isMentioned = chat.mentions > 0;
  return (
    <span className={isQuiet && !isMentioned ? 'badge quiet' : 'badge'}>
      {isMentioned && <span aria-hidden="true">@ </span>}
      {unread > 999 ? '999+' : unread}
      <span className="unseen"> unread{isMentioned && ', you are mentioned'}</span>
    </span>
  );
}

function Gist({ chat, me }: { readonly chat: Chat; readonly me: string }): ReactElement {
  const { last } = chat;
  if (!last) return <bdi>Nothing said yet</bdi>;
  const isNamed = last.senderId === me || chat.kind !== 'direct';
  return (
    <bdi>
      {isNamed && `${last.senderId === me ? 'You' : last.senderId}: `}
      {gistOf(last)}
    </bdi>
  );
}
