import { type ReactElement, useMemo } from 'react';
import { inOrder, unreadOf } from '../model/chat-list.js';
import type { Chat, ChatState } from '../model/chat-state.js';
import { HERE, shortly } from '../model/when.js';
import { gistOf, otherOf, titleOf, typingOf } from '../model/wording.js';
import { Icon } from './icons.js';
import { LinkLine } from './link-line.js';
import { useChatState } from './session-context.js';
import { Avatar, IconButton, Name } from './small-parts.js';

export function ChatList(props: {
  readonly onSearch: () => void;
  readonly onNew: () => void;
  readonly onLeave: () => void;
}): ReactElement {
  const state = useChatState();
  const chats = useMemo(() => state.chats && inOrder(state.chats), [state.chats]);
  return (
    <nav className="chats" aria-label="Chats">
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
      {chats?.length === 0 && <p className="empty">No chats yet. Begin one with the plus above.</p>}
      <ul>
        {chats?.map((chat) => (
          <li key={chat.id}>
            <ChatRow chat={chat} state={state} />
          </li>
        ))}
      </ul>
      <footer className="bar whose">
        <Avatar name={state.me} />
        <span className="who">
          <Name>{state.me}</Name>
        </span>
        <IconButton icon="leave" label="Sign out" onClick={props.onLeave} />
      </footer>
    </nav>
  );
}

function ChatRow({ chat, state }: { readonly chat: Chat; readonly state: ChatState }): ReactElement {
  const { me, open, presence } = state;
  const title = titleOf(chat, me);
  const unread = unreadOf(chat);
  const other = otherOf(chat, me);
  const isOnline = other !== undefined && presence.get(other)?.online === true;
  return (
    <a className="chat-row" href={`#${chat.id}`} aria-current={open?.id === chat.id ? 'page' : undefined}>
      <Avatar name={title} isOnline={isOnline} />
      <span className="title">
        <Name>{title}</Name>
        {isOnline && <span className="unseen"> (online)</span>}
      </span>
      {chat.last && (
        <time className="when" dateTime={chat.last.sentAt}>
          {shortly(chat.last.sentAt, Date.now(), HERE)}
        </time>
      )}
      <span className="gist">
        <Gist chat={chat} state={state} />
      </span>
      {unread > 0 && (
        <span className={chat.mentions > 0 ? 'badge mentioned' : 'badge'}>
          {chat.mentions > 0 && <span aria-hidden="true">@ </span>}
          {unread > 999 ? '999+' : unread}
          <span className="unseen"> unread{chat.mentions > 0 && ', you are mentioned'}</span>
        </span>
      )}
    </a>
  );
}

function Gist({
  chat,
  state: { me, typing },
}: {
  readonly chat: Chat;
  readonly state: ChatState;
}): ReactElement | undefined {
  const users = typing.filter(({ conversationId }) => conversationId === chat.id).map(({ userId }) => userId);
  if (users.length > 0) return <em>{typingOf(users)}</em>;
  const { last } = chat;
  if (!last) return undefined;
  const isNamed = last.senderId === me || chat.kind !== 'direct';
  return (
    <bdi>
      {isNamed && `${last.senderId === me ? 'You' : last.senderId}: `}
      {gistOf(last)}
    </bdi>
  );
}
