import {
  type ClipboardEvent,
  type KeyboardEvent,
  type ReactElement,
  type RefObject,
  useEffect,
  useLayoutEffect,
  useState,
} from 'react';
import type { Message } from '#client/chat.js';
import { asChanged } from '../model/changes.js';
import type { Chat, OpenChat } from '../model/chat-state.js';
import { gistOf, mentionsIn, titleOf } from '../model/wording.js';
import { Icon } from './icons.js';
import { PickedFiles } from './picked-files.js';
import { type Planned, ScheduleDialog } from './schedule-dialog.js';
import { useChatState, useSession } from './session-context.js';
import { IconButton } from './small-parts.js';
import type { Uploads } from './use-uploads.js';

/** What the next words are: an answer to a message, or its new wording. Undefined: something new. */
export type Intent = { readonly kind: 'reply' | 'edit'; readonly message: Message } | undefined;

const LONGEST_TEXT = 20_000;

export function Composer(props: {
  readonly chat: Chat;
  readonly open: OpenChat;
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly intent: Intent;
  readonly onIntent: (intent: Intent) => void;
  readonly uploads: Uploads;
}): ReactElement {
  const { chat, open, field, intent, onIntent, uploads } = props;
  const session = useSession();
  const { me, changes } = useChatState();
  const [text, setText] = useState(session.drafts.get(chat.id) ?? '');
  const editing = intent?.kind === 'edit' ? intent.message : undefined;
  useEffect(() => setText(editing?.text ?? session.drafts.get(chat.id) ?? ''), [editing, session, chat.id]);
  useLayoutEffect(() => fitted(field.current), [field, text]);
  useEffect(() => () => session.typing(chat.id, false), [session, chat.id]);

  const change = (next: string): void => {
    setText(next);
    if (editing) return;
    session.drafts.set(chat.id, next);
    session.typing(chat.id, next.trim() !== '');
  };
  const done = (): void => {
    if (!editing) session.drafts.delete(chat.id);
    setText('');
    onIntent(undefined);
    field.current?.focus();
  };
  const [isPlanning, setPlanning] = useState(false);
  const plan = async ({ text: planned, sendAt, key }: Planned): Promise<void> => {
    const mentions = mentionsIn(planned, open.members?.map(({ userId }) => userId) ?? []);
    const replyTo = intent && { replyTo: intent.message.id };
    await session.later.add(chat.id, { text: planned, sendAt, mentions, ...replyTo }, key);
    // Who closed the dialog before the answer came may have begun to write something else.
    if ((session.drafts.get(chat.id) ?? '') === text) done();
  };
  const isUploading = uploads.picked.some(({ file, failure }) => !file && failure === undefined);
  const isEmpty = text.trim() === '' && (editing !== undefined || !uploads.picked.some(({ file }) => file));
  const submit = (): void => {
    if (isEmpty || (isUploading && !editing)) return;
    const mentions = mentionsIn(text, open.members?.map(({ userId }) => userId) ?? []);
    if (editing) {
      session.edit(editing, text, mentions);
      return done();
    }
    const replyTo = intent && { replyTo: intent.message.id };
    session.send(chat.id, { text, ...replyTo, mentions, attachments: uploads.take() });
    done();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    const isTouch = matchMedia('(pointer: coarse)').matches;
    if (event.key === 'Enter' && !event.shiftKey && !isTouch) {
      event.preventDefault();
      submit();
    } else if (event.key === 'Escape' && intent) {
      event.stopPropagation();
      onIntent(undefined);
    } else if (event.key === 'ArrowUp' && text === '' && !intent) {
      const last = open.log.messages
        .map((message) => asChanged(message, changes, me))
        .findLast(({ senderId, deletedAt }) => senderId === me && deletedAt == null);
      if (last) onIntent({ kind: 'edit', message: last });
    }
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (event.clipboardData.files.length === 0) return;
    event.preventDefault();
    uploads.add([...event.clipboardData.files]);
  };
  return (
    <>
      <form
        className="composer"
        aria-label="Write a message"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {intent && <IntentLine intent={intent} onCancel={() => onIntent(undefined)} />}
        <PickedFiles uploads={uploads} />
        <div className="writing">
          {!editing && <PickButton onPick={uploads.add} />}
          <textarea
            ref={field}
            rows={1}
            value={text}
            dir="auto"
            maxLength={LONGEST_TEXT}
            aria-label={`Message to ${titleOf(chat, me)}`}
            placeholder="Message"
            enterKeyHint="send"
            onChange={(event) => change(event.target.value)}
            onBlur={() => session.typing(chat.id, false)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
          />
          {!editing && (
            <IconButton icon="clock" label="Send later" className="pick" onClick={() => setPlanning(true)} />
          )}
          <button
            className="send"
            aria-label={editing ? 'Save' : 'Send'}
            aria-disabled={isEmpty || isUploading}
          >
            <Icon name={editing ? 'sent' : 'send'} />
          </button>
        </div>
        {text.length > LONGEST_TEXT - 500 && (
          <p className="hint" role="status">
            {LONGEST_TEXT - text.length} characters left
          </p>
        )}
      </form>
      {isPlanning && (
        <ScheduleDialog
          title="Send later"
          text={text}
          {...(uploads.picked.length > 0 && { hint: 'Without the files: those can only be sent at once.' })}
          onPlanned={plan}
          onClose={() => setPlanning(false)}
        />
      )}
    </>
  );
}

function IntentLine({
  intent,
  onCancel,
}: {
  readonly intent: NonNullable<Intent>;
  readonly onCancel: () => void;
}): ReactElement {
  const { kind, message } = intent;
  return (
    <div className="intent">
      <Icon name={kind} size={16} />
      <p>
        <strong>{kind === 'reply' ? 'Reply to ' : 'Edit'}</strong>
        {kind === 'reply' && <bdi>{message.senderId}</bdi>} <bdi className="gist">{gistOf(message)}</bdi>
      </p>
      <IconButton icon="close" label={kind === 'reply' ? 'Do not reply' : 'Do not edit'} onClick={onCancel} />
    </div>
  );
}

function PickButton({ onPick }: { readonly onPick: (files: readonly File[]) => void }): ReactElement {
  return (
    <label className="icon-button pick" title="Attach files">
      <Icon name="clip" />
      <input
        type="file"
        multiple
        className="unseen"
        aria-label="Attach files"
        onChange={({ target }) => {
          onPick([...(target.files ?? [])]);
          target.value = ''; // the same file may be picked again
        }}
      />
    </label>
  );
}

/** As high as its text, within what the style sheet allows. */
function fitted(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight + 2}px`;
}
