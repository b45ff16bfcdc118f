import { type FormEvent, type ReactElement, useState } from 'react';
import type { Chat, OpenChat } from '../model/chat-state.js';
import { may } from '../model/permissions.js';
import { namesIn, otherOf, titleOf } from '../model/wording.js';
import { BlockSection } from './block-section.js';
import { Ask, Dialog, RefusalLine } from './dialog.js';
import { Icon } from './icons.js';
import { MuteSection } from './mute-section.js';
import { PeopleList } from './people-list.js';
import { goTo, useChatState, useSession } from './session-context.js';
import { Name } from './small-parts.js';
import { useDoing } from './use-doing.js';

const ROLE_WORDS = {
  owner: 'You own it: you may do everything here.',
  admin: 'You are an admin here: you may add and take out people, and give it another name.',
  member: 'You are a member here.',
} as const;

/** What a conversation is, who is in it, and what one may do about that. */
export function AboutPanel({ chat, open }: { readonly chat: Chat; readonly open: OpenChat }): ReactElement {
  const { me } = useChatState();
  const other = otherOf(chat, me);
  return (
    <div className="about-panel">
      {chat.kind !== 'direct' && <NameSection chat={chat} />}
      <MuteSection chat={chat} />
      {chat.kind !== 'direct' && <PeopleSection chat={chat} open={open} />}
      {other !== undefined && <BlockSection userId={other} />}
      {may(chat, 'leave') && <LeaveSection chat={chat} open={open} />}
    </div>
  );
}

function NameSection({ chat }: { readonly chat: Chat }): ReactElement {
  const { me } = useChatState();
  const [isRenaming, setRenaming] = useState(false);
  return (
    <section className="section" aria-label="Name">
      <p className="large-name">
        <Name>{titleOf(chat, me)}</Name>
      </p>
      <p className="hint">{chat.role && ROLE_WORDS[chat.role]}</p>
      {may(chat, 'rename') && (
        <button type="button" className="button" onClick={() => setRenaming(true)}>
          <Icon name="edit" size={18} /> Rename…
        </button>
      )}
      {isRenaming && <Rename chat={chat} onClose={() => setRenaming(false)} />}
    </section>
  );
}

function Rename({ chat, onClose }: { readonly chat: Chat; readonly onClose: () => void }): ReactElement {
  const { standing } = useSession();
  const doing = useDoing();
  const [title, setTitle] = useState(chat.title ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    doing.run(() => standing.rename(chat.id, title.trim()), onClose);
  };
  return (
    <Dialog label="Rename" onClose={onClose}>
      <form onSubmit={submit}>
        <h2>Rename</h2>
        <label htmlFor="new-title">New name, for everybody</label>
        <input
          id="new-title"
          data-first
          dir="auto"
          required
          maxLength={200}
          value={title}
          onChange={({ target }) => setTitle(target.value)}
        />
        <RefusalLine refusal={doing.refusal} />
        <div className="choices">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="primary" aria-disabled={doing.isBusy}>
            Rename
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function PeopleSection({ chat, open }: { readonly chat: Chat; readonly open: OpenChat }): ReactElement {
  const { history } = useSession();
  const { some = [], next } = open.people ?? {};
  return (
    <section className="section wide" aria-labelledby="people-title">
      <h3 id="people-title">People {open.people && next === undefined && <>({some.length})</>}</h3>
      {may(chat, 'add') && <AddPeople chat={chat} />}
      <PeopleList chat={chat} open={open} />
      {next !== undefined && (
        <button type="button" className="button older" onClick={() => void history.morePeople()}>
          More people
        </button>
      )}
    </section>
  );
}

function AddPeople({ chat }: { readonly chat: Chat }): ReactElement {
  const { standing } = useSession();
  const doing = useDoing();
  const [names, setNames] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const userIds = namesIn(names);
    if (userIds.length > 0)
      doing.run(
        () => standing.add(chat.id, userIds),
        () => setNames(''),
      );
  };
  return (
    <form className="add-people" onSubmit={submit}>
      <label htmlFor="add-people">Add people</label>
      <div className="row">
        <input
          id="add-people"
          value={names}
          maxLength={4000}
          aria-describedby="add-people-hint"
          onChange={({ target }) => setNames(target.value)}
        />
        <button className="button" aria-disabled={doing.isBusy}>
          Add
        </button>
      </div>
      <p id="add-people-hint" className="hint">
        User ids, with commas between them. They find what was said before.
      </p>
      <RefusalLine refusal={doing.refusal} />
    </form>
  );
}

function LeaveSection({ chat, open }: { readonly chat: Chat; readonly open: OpenChat }): ReactElement {
  const { standing } = useSession();
  const [isAsking, setAsking] = useState(false);
  const others = open.members?.filter(({ role }) => role === 'owner').length !== 1;
  return (
    <section className="section" aria-label="Leaving">
      <button type="button" className="button" onClick={() => setAsking(true)}>
        <Icon name="leave" size={18} /> Leave…
      </button>
      {isAsking && (
        <Ask
          title="Leave the conversation?"
          no="Stay"
          yes="Leave"
          onYes={() => standing.leave(chat.id).then(() => goTo(undefined))}
          onClose={() => setAsking(false)}
        >
          <p>
            You get nothing from it any more, and it is not in your list. Its owners and admins can add you
            again.
          </p>
          {chat.role === 'owner' && !others && (
            <p>
              You are its only owner: it will belong to the admin, else the member, who has been there
              longest.
            </p>
          )}
        </Ask>
      )}
    </section>
  );
}
