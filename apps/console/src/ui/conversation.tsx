import { type DragEvent, type ReactElement, useCallback, useEffect, useRef, useState } from 'react';
import type { Chat, OpenChat } from '../model/chat-state.js';
import { HERE, lastSeen } from '../model/when.js';
import { otherOf, titleOf, typingOf } from '../model/wording.js';
import { Composer, type Intent } from './composer.js';
import { LinkLine } from './link-line.js';
import { MessageList } from './message-list.js';
import type { PanelKind } from './side-panel.js';
import { goTo, useChatState, useSession } from './session-context.js';
import { Avatar, IconButton, Name } from './small-parts.js';
import { useUploads } from './use-uploads.js';

export function Conversation(props: {
  readonly open: OpenChat;
  readonly chat: Chat;
  readonly panel: PanelKind | undefined;
  readonly onPanel: (kind: PanelKind) => void;
}): ReactElement {
  const { open, chat, panel, onPanel } = props;
  const session = useSession();
  const uploads = useUploads(session);
  const [intent, setIntent] = useState<Intent>();
  const field = useRef<HTMLTextAreaElement>(null);
  const toField = useCallback(() => field.current?.focus(), []);
  const intend = useCallback((next: Intent) => {
    setIntent(next);
    field.current?.focus();
  }, []);
  // Where there is a keyboard one can write at once; on a phone it would cover the conversation.
  useEffect(() => {
    if (matchMedia('(pointer: fine)').matches) field.current?.focus();
  }, []);
  const drop = (event: DragEvent): void => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    uploads.add([...event.dataTransfer.files]);
  };
  return (
    <div className="conversation" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <button type="button" className="skip" onClick={toField}>
        Skip to writing
      </button>
      <ConversationHeader chat={chat} open={open} panel={panel} onPanel={onPanel} />
      <LinkLine />
      <MessageList open={open} onIntent={intend} onWrite={toField} />
      <TypingLine chat={chat} />
      <Composer
        chat={chat}
        open={open}
        field={field}
        intent={intent}
        onIntent={setIntent}
        uploads={uploads}
      />
    </div>
  );
}

function ConversationHeader(props: {
  readonly chat: Chat;
  readonly open: OpenChat;
  readonly panel: PanelKind | undefined;
  readonly onPanel: (kind: PanelKind) => void;
}): ReactElement {
  const { chat, open, panel, onPanel } = props;
  const { me, presence } = useChatState();
  const title = titleOf(chat, me);
  const other = otherOf(chat, me);
  const isOnline = other !== undefined && presence.get(other)?.online === true;
  return (
    <header className="bar">
      <IconButton icon="back" label="Back to the chats" className="back" onClick={() => goTo(undefined)} />
      <Avatar name={title} isOnline={isOnline} />
      <div className="heading">
        <h2>
          <Name>{title}</Name>
        </h2>
        <p className="about">{aboutOf(chat, open, presence.get(other ?? ''))}</p>
      </div>
      <IconButton
        icon="search"
        label="Search this chat"
        isPressed={panel === 'search'}
        onClick={() => onPanel('search')}
      />
      <IconButton
        icon="pin"
        label={`Pinned messages${open.pins.length > 0 ? ` (${open.pins.length})` : ''}`}
        isPressed={panel === 'pins'}
        onClick={() => onPanel('pins')}
      />
      {chat.kind !== 'direct' && (
        <IconButton
          icon="people"
          label="People"
          isPressed={panel === 'people'}
          onClick={() => onPanel('people')}
        />
      )}
    </header>
  );
}

function aboutOf(
  chat: Chat,
  { members }: OpenChat,
  presence: { readonly online: boolean; readonly lastSeenAt?: string } | undefined,
): string {
  if (chat.kind !== 'direct')
    return members ? `${members.length} ${members.length === 1 ? 'person' : 'people'}` : 'Room';
  if (presence?.online) return 'online';
  return presence?.lastSeenAt == null ? '' : lastSeen(presence.lastSeenAt, Date.now(), HERE);
}

function TypingLine({ chat }: { readonly chat: Chat }): ReactElement {
  const { typing } = useChatState();
  const users = typing.filter(({ conversationId }) => conversationId === chat.id).map(({ userId }) => userId);
  return (
    <p className="typing-line">
      {users.length > 0 && (
        <>
          <span className="dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <bdi>{typingOf(users)}</bdi>
        </>
      )}
    </p>
  );
}
