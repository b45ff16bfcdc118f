import { type KeyboardEvent, type ReactElement, useEffect, useRef, useState } from 'react';
import type { Chat, Member, OpenChat, Role } from '../model/chat-state.js';
import { byRole, mayTakeOut, rolesFor } from '../model/permissions.js';
import { HERE, lastSeen } from '../model/when.js';
import { AskToBlock } from './block-section.js';
import { Ask, RefusalLine } from './dialog.js';
import { goTo, useChatState, useSession } from './session-context.js';
import { Action, Avatar, IconButton, Name } from './small-parts.js';
import { useDoing } from './use-doing.js';

const ROLE_NAMES: Readonly<Record<Role, string>> = { owner: 'Owner', admin: 'Admin', member: 'Member' };

/** Who is in a group or room, as what; with each what its user may do about them. */
export function PeopleList({ chat, open }: { readonly chat: Chat; readonly open: OpenChat }): ReactElement {
  const [shown, setShown] = useState<string>();
  if (!open.people) return <p className="empty">One moment…</p>;
  return (
    <ul className="people" aria-labelledby="people-title">
      {byRole(open.people.some).map((member) => (
        <Person
          key={member.userId}
          chat={chat}
          member={member}
          members={open.members}
          isShown={shown === member.userId}
          onShow={(isShown) => setShown(isShown ? member.userId : undefined)}
        />
      ))}
    </ul>
  );
}

interface PersonProps {
  readonly chat: Chat;
  readonly member: Member;
  readonly members: readonly Member[] | undefined;
  readonly isShown: boolean;
  readonly onShow: (isShown: boolean) => void;
}

function Person({ chat, member, members, isShown, onShow }: PersonProps): ReactElement {
  const { me, presence, blocked } = useChatState();
  const { userId, role } = member;
  const { online = false, lastSeenAt } = presence.get(userId) ?? {};
  const line = useRef<HTMLLIElement>(null);
  const roles = rolesFor(chat, member, members);
  const isMe = userId === me;
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !isShown || document.querySelector('dialog[open]')) return;
    event.stopPropagation();
    onShow(false);
    line.current?.querySelector('button')?.focus();
  };
  return (
    <li ref={line} data-user={userId} onKeyDown={onKeyDown}>
      <Avatar name={userId} isOnline={online} />
      <span className="who">
        <Name>{userId}</Name>
        {isMe && ' (you)'}
      </span>
      {(!isMe || roles.length > 0) && (
        <IconButton
          icon="more"
          label={isMe ? 'What to do about your role' : `What to do about ${userId}`}
          isExpanded={isShown}
          onClick={() => onShow(!isShown)}
        />
      )}
      <span className="hint">
        <span className={`role ${role}`}>{ROLE_NAMES[role]}</span>
        {blocked.has(userId) && ' · you have blocked them'}
        {presenceOf(online, lastSeenAt)}
      </span>
      {isShown && <PersonActions chat={chat} member={member} roles={roles} onDone={() => onShow(false)} />}
    </li>
  );
}

function presenceOf(online: boolean, lastSeenAt: string | undefined): string {
  if (online) return ' · online';
  return lastSeenAt == null ? '' : ` · ${lastSeen(lastSeenAt, Date.now(), HERE)}`;
}

const MAKE_WORDS: Readonly<Record<Role, string>> = {
  owner: 'Make owner, too',
  admin: 'Make admin',
  member: 'Make member only',
};

function PersonActions(props: {
  readonly chat: Chat;
  readonly member: Member;
  readonly roles: readonly Role[];
  readonly onDone: () => void;
}): ReactElement {
  const { chat, member, roles, onDone } = props;
  const session = useSession();
  const { me, blocked } = useChatState();
  const [asked, ask] = useState<'take_out' | 'block'>();
  const doing = useDoing();
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => void group.current?.querySelector('button')?.focus(), []);
  const { userId } = member;
  const isMe = userId === me;
  const stop = (): void => {
    group.current?.closest('li')?.querySelector('button')?.focus();
    onDone();
  };
  const write = (): Promise<void> => session.begin([userId], '').then(goTo);
  return (
    <div ref={group} className="person-actions" role="group" aria-label={`About ${userId}`}>
      {!isMe && !blocked.has(userId) && (
        <Action icon="talk" words="Write to them" onClick={() => doing.run(write)} />
      )}
      {roles.map((role) => (
        <Action
          key={role}
          icon={role === 'member' ? 'people' : 'crown'}
          words={MAKE_WORDS[role]}
          onClick={() => doing.run(() => session.standing.setRole(chat.id, userId, role), stop)}
        />
      ))}
      {!isMe && mayTakeOut(chat, member) && (
        <Action icon="out" words="Take out…" onClick={() => ask('take_out')} />
      )}
      {!isMe && !blocked.has(userId) && <Action icon="block" words="Block…" onClick={() => ask('block')} />}
      {!isMe && blocked.has(userId) && (
        <Action
          icon="block"
          words="Unblock"
          onClick={() => doing.run(() => session.standing.unblock(userId), stop)}
        />
      )}
      <RefusalLine refusal={doing.refusal} />
      {asked === 'block' && <AskToBlock userId={userId} onClose={() => ask(undefined)} />}
      {asked === 'take_out' && (
        <Ask
          title={`Take ${userId} out?`}
          yes="Take out"
          onYes={() => session.standing.takeOut(chat.id, userId)}
          onClose={() => ask(undefined)}
        >
          <p>They get nothing from it any more. Owners and admins can add them again.</p>
        </Ask>
      )}
    </div>
  );
}
