import { type ReactElement, useEffect, useRef, useState } from 'react';
import { isMute } from '../model/muting.js';
import { unreadOf } from '../model/chat-list.js';
import type { Chat } from '../model/chat-state.js';
import { Announcer } from './announcer.js';
import { ChatList } from './chat-list.js';
import { Conversation } from './conversation.js';
import { Icon } from './icons.js';
import { NewChat } from './new-chat.js';
import { needsChat, type PanelKind, SidePanel } from './side-panel.js';
import { goTo, useChatState, useIsLookedAt, useIsNarrow, useRoute, useSession } from './session-context.js';
import { IconButton } from './small-parts.js';

export function ChatPage({ onLeave }: { readonly onLeave: () => void }): ReactElement {
  const session = useSession();
  const { open, chats, notice } = useChatState();
  const route = useRoute();
  const isLookedAt = useIsLookedAt();
  const [panel, setPanel] = useState<PanelKind>();
  const [isBeginning, setBeginning] = useState(false);
  const isListed = chats !== undefined;
  // Where it lies over the conversation it is not to hide the one somebody has just gone to.
  useEffect(() => {
    if (matchMedia('(max-width: 1099px)').matches) setPanel(undefined);
  }, [route]);

  useEffect(() => session.present(isLookedAt), [session, isLookedAt]);
  useEffect(() => {
    if (isListed) void session.history.open(route);
  }, [session, route, isListed]);
  useEffect(() => {
    const unread = [...(chats?.values() ?? [])].reduce((sum, one) => sum + callsIn(one), 0);
    document.title = `${unread > 0 ? `(${unread}) ` : ''}Chat · Posthorn`;
  }, [chats]);

  const chat = open && open.id === route ? chats?.get(open.id) : undefined;
  const shown = panel && (chat || !needsChat(panel)) ? panel : undefined;
  // What lies below it can be seen as little as it can be reached.
  const isCovered = useIsNarrow() && shown !== undefined;
  const show = (kind: PanelKind): void => setPanel(panel === kind ? undefined : kind);
  useWayBack(chat?.id);
  return (
    <div className="app" data-view={chat ? 'conversation' : 'list'} data-panel={shown ?? 'none'}>
      {chat && !isCovered && (
        <button type="button" className="skip" onClick={toWriting}>
          Skip to writing
        </button>
      )}
      <ChatList
        isCovered={isCovered}
        onSearch={() => show('search')}
        onBlocked={() => show('blocked')}
        onNew={() => setBeginning(true)}
        onLeave={onLeave}
      />
      <main className="pane" aria-label={chat ? 'Conversation' : 'No conversation'} inert={isCovered}>
        {open && chat ? (
          <Conversation key={open.id} open={open} chat={chat} panel={shown} onPanel={show} />
        ) : (
          <Nothing isWaiting={route !== undefined && !isListed} />
        )}
      </main>
      {shown && <SidePanel kind={shown} onClose={() => setPanel(undefined)} />}
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

/** What calls for attention: of one that is mute only what mentions its user. */
function callsIn(chat: Chat): number {
  return isMute(chat, Date.now()) ? chat.mentions : unreadOf(chat);
}

function toWriting(): void {
  document.querySelector<HTMLElement>('.composer textarea, .cut button')?.focus();
}

/** Who leaves a conversation is where they came from: at its line in the list, or at the first if it has none any more. */
function useWayBack(id: string | undefined): void {
  const before = useRef(id);
  useEffect(() => {
    const left = before.current;
    before.current = id;
    if (left === undefined || id !== undefined || document.activeElement !== document.body) return;
    const line = document.querySelector<HTMLElement>(`.chat-row[href="#${left}"]`);
    (line ?? document.querySelector<HTMLElement>('.chat-row, .chats button'))?.focus();
  }, [id]);
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
