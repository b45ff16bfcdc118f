import {
  type DragEvent,
  type ReactElement,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react';
import type { Chat, OpenChat } from '../model/chat-state.js';
import { HERE, lastSeen } from '../model/when.js';
import { isMute } from '../model/muting.js';
import { otherOf, titleOf, typingOf } from '../model/wording.js';
import { CutLine } from './block-section.js';
import { Composer, type Intent } from './composer.js';
import { LinkLine } from './link-line.js';
import { Icon } from './icons.js';
import { MessageList } from './message-list.js';
import { ScheduledButton } from './scheduled-panel.js';
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
  const { me, blocked } = useChatState();
  const uploads = useUploads(session);
  const [intent, setIntent] = useState<Intent>();
  const field = useRef<HTMLTextAreaElement>(null);
  const toField = useCallback(() => field.current?.focus(), []);
  const intend = useCallback((next: Intent) => {
    setIntent(next);
    field.current?.focus();
  }, []);
  const heading = useRef<HTMLHeadingElement>(null);
  // Where there is a keyboard one can write at once; on a phone it would cover the conversation.
  useEffect(() => {
    const isToWrite = field.current !== null && matchMedia('(pointer: fine)').matches;
    (isToWrite ? field.current : heading.current)?.focus();
  }, []);
  const other = otherOf(chat, me);
  const isCut = other !== undefined && blocked.has(other);
  const drop = (event: DragEvent): void => {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    uploads.add([...event.dataTransfer.files]);
  };
  return (
    <div className="conversation" onDrop={drop} onDragOver={(event) => event.preventDefault()}>
      <ConversationHeader chat={chat} open={open} panel={panel} onPanel={onPanel} heading={heading} />
      <LinkLine />
      <MessageList open={open} onIntent={intend} onWrite={toField} />
      <TypingLine chat={chat} />
      <ScheduledButton open={open} onShow={() => onPanel('scheduled')} />
      {isCut ? (
        <CutLine userId={other} />
      ) : (
        <Composer
          chat={chat}
          open={open}
          field={field}
          intent={intent}
          onIntent={setIntent}
          uploads={uploads}
        />
      )}
    </div>
  );
}

function ConversationHeader(props: {
  readonly chat: Chat;
  readonly open: OpenChat;
  readonly panel: PanelKind | undefined;
  readonly onPanel: (kind: PanelKind) => void;
  readonly heading: RefObject<HTMLHeadingElement | null>;
}): ReactElement {
  const { chat, open, panel, onPanel, heading } = props;
  const { me, presence } = useChatState();
  const title = titleOf(chat, me);
  const other = otherOf(chat, me);
  const isOnline = other !== undefined && presence.get(other)?.online === true;
  return (
    <header className="bar">
      <IconButton icon="back" label="Back to the chats" className="back" onClick={() => goTo(undefined)} />
      <Avatar name={title} isOnline={isOnline} />
      <div className="heading">
        <h2 ref={heading} tabIndex={-1}>
          <Name>{title}</Name>
          {isMute(chat, Date.now()) && <MuteSign />}
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
      <IconButton
        icon={chat.kind === 'direct' ? 'info' : 'people'}
        label="About this chat"
        isPressed={panel === 'about'}
        onClick={() => onPanel('about')}
      />
    </header>
  );
}

export function MuteSign(): ReactElement {
  return (
    <span className="sign">
      <Icon name="mute" size={15} />
      <span className="unseen"> (mute)</span>
    </span>
  );
}

function aboutOf(
  chat: Chat,
  { people }: OpenChat,
  presence: { readonly online: boolean; readonly lastSeenAt?: string } | undefined,
): string {
  if (chat.kind !== 'direct') {
    if (!people) return '';
    const { length } = people.some;
    return `${length}${people.next === undefined ? '' : '+'} ${length === 1 ? 'person' : 'people'}`;
  }
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
