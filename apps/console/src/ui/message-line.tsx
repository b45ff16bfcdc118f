import { memo, type ReactElement, useMemo, useState } from 'react';
import type { Message, OutgoingMessage } from '#client/chat.js';
import type { OutgoingEdit } from '../model/changes.js';
import type { Line, Progress } from '../model/lines.js';
import { partsOf } from '../model/text-parts.js';
import { HERE, momentOf, timeOf } from '../model/when.js';
import { gistOf } from '../model/wording.js';
import { Attachments } from './attachments.js';
import { Icon } from './icons.js';
import { MessageActions } from './message-actions.js';
import { ReachContext, useSession, useTabIndex } from './session-context.js';
import { Avatar, IconButton, Name, Parts } from './small-parts.js';

export interface MessageLineProps {
  readonly line: Extract<Line, { kind: 'message' }>;
  readonly me: string;
  readonly isDirect: boolean;
  readonly quoted: Message | undefined;
  /** Its actions are shown. */
  readonly isActive: boolean;
  /** The one the Tab key leads to. */
  readonly isCurrent: boolean;
  readonly isTarget: boolean;
  readonly onActive: (seq: number | undefined) => void;
  readonly onIntent: (intent: { readonly kind: 'reply' | 'edit'; readonly message: Message }) => void;
}

export const MessageLine = memo(function MessageLine(props: MessageLineProps): ReactElement {
  const { line, me, isDirect, quoted, isActive, isCurrent, isTarget, onActive, onIntent } = props;
  const { message, isChanging, isMine, begins, progress, readers } = line;
  const isDeleted = message.deletedAt != null;
  const classes = [
    'message',
    isMine && 'mine',
    begins && 'begins',
    isActive && 'active',
    isTarget && 'target',
  ];
  const toggle = (): void => onActive(isActive ? undefined : message.seq);
  return (
    <ReachContext value={isCurrent || isActive}>
      <li
        className={classes.filter(Boolean).join(' ')}
        data-seq={message.seq}
        tabIndex={isCurrent ? 0 : -1}
        aria-label={`${isMine ? 'You' : message.senderId}, ${timeOf(message.sentAt, HERE)}: ${gistOf(message)}`}
      >
        {begins && !isMine && <Avatar name={message.senderId} />}
        <div className="bubble">
          {begins && !isMine && !isDirect && <Name>{message.senderId}</Name>}
          {message.replyTo != null && !isDeleted && <Quote replyTo={message.replyTo} quoted={quoted} />}
          {isDeleted ? <p className="gone">Message deleted</p> : <MessageText text={message.text} />}
          <Attachments files={message.attachments ?? []} />
          <p className="foot">
            {message.pinnedAt != null && (
              <>
                <Icon name="pin" size={13} />
                <span className="unseen">Pinned </span>
              </>
            )}
            {message.editedAt != null && !isDeleted && <span>edited </span>}
            <time dateTime={message.sentAt} title={momentOf(message.sentAt, HERE)}>
              {timeOf(message.sentAt, HERE)}
            </time>
            {isChanging && <Ticks progress="sending" words="The change is being sent" />}
            {progress && !isChanging && <Ticks progress={progress} readers={isDirect ? 0 : readers} />}
          </p>
          {line.refusedEdit && <RefusedEdit {...line.refusedEdit} message={message} onIntent={onIntent} />}
        </div>
        <Reactions message={message} me={me} />
        {!isDeleted && (
          <IconButton
            icon="more"
            label="What to do with it"
            className="more"
            isExpanded={isActive}
            onClick={toggle}
          />
        )}
        {isActive && (
          <MessageActions
            message={message}
            isMine={isMine}
            onDone={() => onActive(undefined)}
            onIntent={onIntent}
          />
        )}
      </li>
    </ReachContext>
  );
});

/** What is said here and not in the log yet. */
export function EchoLine({ line }: { readonly line: Extract<Line, { kind: 'echo' }> }): ReactElement {
  return (
    <li className="message mine begins echo" data-progress={line.progress}>
      <div className="bubble">
        <MessageText text={line.message.text} />
        <Attachments files={line.progress === 'sent' ? line.files : []} />
        {line.progress === 'sending' && line.files.length > 0 && (
          <p className="gone">{gistOf({ text: '', attachments: line.files })}</p>
        )}
        <p className="foot">
          <Ticks progress={line.progress} />
        </p>
      </div>
    </li>
  );
}

export function RefusedLine({ line }: { readonly line: Extract<Line, { kind: 'refused' }> }): ReactElement {
  const session = useSession();
  const { message, reason } = line;
  return (
    <li className="message mine begins refused">
      <div className="bubble">
        <MessageText text={message.text} />
        <p className="warning" role="alert">
          Not sent: {reason}
        </p>
        <p className="choices">
          <button type="button" className="button" onClick={() => session.discard(message.clientMessageId)}>
            Discard
          </button>
          <button
            type="button"
            className="button"
            onClick={() => session.sendAgain(message satisfies OutgoingMessage)}
          >
            Send again
          </button>
        </p>
      </div>
    </li>
  );
}

/** The message stands as it was; the words it was to have are not lost. */
function RefusedEdit(props: {
  readonly edit: OutgoingEdit;
  readonly reason: string;
  readonly message: Message;
  readonly onIntent: MessageLineProps['onIntent'];
}): ReactElement {
  const { edit, reason, message, onIntent } = props;
  const session = useSession();
  const tabIndex = useTabIndex();
  const again = (): void => {
    session.discard(edit.clientChangeId);
    onIntent({ kind: 'edit', message: { ...message, text: edit.text } });
  };
  return (
    <div className="refused-edit">
      <p className="warning">Not changed: {reason}</p>
      <p className="text" dir="auto">
        {edit.text}
      </p>
      <p className="choices">
        <button
          type="button"
          className="button"
          tabIndex={tabIndex}
          onClick={() => session.discard(edit.clientChangeId)}
        >
          Discard
        </button>
        {message.deletedAt == null && (
          <button type="button" className="button" tabIndex={tabIndex} onClick={again}>
            Edit again
          </button>
        )}
      </p>
    </div>
  );
}

const SHOWN_AT_ONCE = 1_500;

function MessageText({ text }: { readonly text: string }): ReactElement | undefined {
  const [isWhole, setWhole] = useState(false);
  const isLong = text.length > SHOWN_AT_ONCE + 200;
  const shown = isLong && !isWhole ? `${text.slice(0, SHOWN_AT_ONCE).toWellFormed()}…` : text;
  const parts = useMemo(() => partsOf(shown), [shown]);
  const tabIndex = useTabIndex();
  if (text === '') return undefined;
  return (
    <>
      <p className="text" dir="auto">
        <Parts parts={parts} />
      </p>
      {isLong && (
        <button
          type="button"
          className="button"
          tabIndex={tabIndex}
          aria-expanded={isWhole}
          onClick={() => setWhole(!isWhole)}
        >
          {isWhole ? 'Show less' : 'Show all of it'}
        </button>
      )}
    </>
  );
}

function Quote({
  replyTo,
  quoted,
}: {
  readonly replyTo: string;
  readonly quoted: Message | undefined;
}): ReactElement {
  const { history } = useSession();
  const tabIndex = useTabIndex();
  if (!quoted) return <blockquote data-reply-to={replyTo}>An earlier message</blockquote>;
  return (
    <button type="button" className="quote" tabIndex={tabIndex} onClick={() => void history.show(quoted.seq)}>
      <span className="unseen">In reply to </span>
      <Name>{quoted.senderId}</Name>
      <bdi className="gist">{gistOf(quoted)}</bdi>
    </button>
  );
}

function Reactions({
  message,
  me,
}: {
  readonly message: Message;
  readonly me: string;
}): ReactElement | undefined {
  const session = useSession();
  const tabIndex = useTabIndex();
  const reactions = Object.entries(message.reactions ?? {}).filter(([, users]) => users.length > 0);
  if (reactions.length === 0 || message.deletedAt != null) return undefined;
  return (
    <ul className="reactions" aria-label="Reactions">
      {reactions.map(([emoji, users]) => (
        <li key={emoji}>
          <button
            type="button"
            tabIndex={tabIndex}
            aria-pressed={users.includes(me)}
            title={users.slice(0, 30).join(', ')}
            onClick={() => session.react(message, emoji)}
          >
            <bdi>{emoji}</bdi> {users.length}
            <span className="unseen"> {users.length === 1 ? 'reaction' : 'reactions'}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

const IN_WORDS = { sending: 'Sending', sent: 'Sent', delivered: 'Delivered', read: 'Read' } as const;

function Ticks(props: {
  readonly progress: Progress;
  readonly readers?: number;
  readonly words?: string;
}): ReactElement {
  const { progress, readers = 0 } = props;
  const { words = progress !== 'read' && readers > 0 ? `Read by ${readers}` : IN_WORDS[progress] } = props;
  return (
    <span className="ticks" data-progress={progress} title={words}>
      <Icon name={progress === 'read' ? 'delivered' : progress} size={15} />
      <span className="unseen">{words}</span>
      {readers > 0 && <span aria-hidden="true">{readers}</span>}
    </span>
  );
}
