import { type ReactElement, useEffect, useState } from 'react';
import { unreadOf } from '../model/chat-list.js';
import { Announcer } from './announcer.js';
import { ChatList } from './chat-list.js';
import { Conversation } from './conversation.js';
import { Icon } from './icons.js';
import { NewChat } from './new-chat.js';
import { type PanelKind, SidePanel } from './side-panel.js';
import { goTo, useChatState, useIsLookedAt, useRoute, useSession } from './session-context.js';
import { IconButton } from './small-parts.js';

export function ChatPage({ onLeave }: { readonly onLeave: () => void }): ReactElement {
  const session = useSession();
  const { open, chats, notice } = useChatState();
  const route = useRoute();
  const isLookedAt = useIsLookedAt();
  const [panel, setPanel] = useState<PanelKind>();
  const [isBeginning, setBeginning] = useState(false);
  const isListed = chats !== undefined;

  useEffect(() => session.present(isLookedAt), [session, isLookedAt]);
  useEffect(() => {
    if (isListed) void session.history.open(route);
  }, [session, route, isListed]);
  useEffect(() => {
    const unread = [...(chats?.values() ?? [])].reduce((sum, chat) => sum + unreadOf(chat), 0);
    document.title = `${unread > 0 ? `(${unread}) ` : ''}Chat · Posthorn`;
  }, [chats]);

  const isOpen = open !== undefined && open.id === route;
  const chat = isOpen ? chats?.get(open.id) : undefined;
  const show = (kind: PanelKind): void => setPanel(panel === kind ? undefined : kind);
  return (
    <div className="app" data-view={chat ? 'conversation' : 'list'} data-panel={panel ?? 'none'}>
      <ChatList onSearch={() => show('search')} onNew={() => setBeginning(true)} onLeave={onLeave} />
      <main className="pane" aria-label={chat ? 'Conversation' : 'No conversation'}>
        {isOpen && chat ? (
          <Conversation key={open.id} open={open} chat={chat} panel={panel} onPanel={show} />
        ) : (
          <Nothing isWaiting={route !== undefined && !isListed} />
        )}
      </main>
      {panel && <SidePanel kind={panel} onClose={() => setPanel(undefined)} />}
      {isBeginning && <NewChat onClose={() => setBeginning(false)} onBegun={goTo} />}
      {notice && (
        <div className="notice" role="alert">
          <span>{notice.text}</span>
          <IconButton icon="close" label="Dismiss" onClick={() => session.note(undefined)} />
        </div>
      )}
      <Announcer />
    </div>
  );
}

function Nothing({ isWaiting }: { readonly isWaiting: boolean }): ReactElement {
  return (
    <div className="nothing">
      <span className="brand">
        <Icon name="horn" size={44} />
      </span>
      <h2>{isWaiting ? 'One moment…' : 'No conversation is open'}</h2>
      {!isWaiting && <p>Choose one from the list, or begin a new one.</p>}
    </div>
  );
}
