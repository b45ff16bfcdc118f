import { type KeyboardEvent, type ReactElement, useEffect, useRef } from 'react';
import type { Message } from '#client/chat.js';
import { HERE, lastSeen, shortly } from '../model/when.js';
import { gistOf } from '../model/wording.js';
import { SearchPanel } from './search-panel.js';
import { useChatState, useSession } from './session-context.js';
import { Avatar, IconButton, Name } from './small-parts.js';

export type PanelKind = 'search' | 'pins' | 'people';

const TITLES = { search: 'Search', pins: 'Pinned messages', people: 'People' } as const;

export function SidePanel({
  kind,
  onClose,
}: {
  readonly kind: PanelKind;
  readonly onClose: () => void;
}): ReactElement {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    if (kind !== 'search') panel.current?.querySelector('button')?.focus();
    return () => void (before instanceof HTMLElement && before.focus());
  }, [kind]);
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape') onClose();
  };
  return (
    <aside className="panel" ref={panel} aria-label={TITLES[kind]} onKeyDown={onKeyDown}>
      <header className="bar">
        <h2>{TITLES[kind]}</h2>
        <span className="spacer" />
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      {kind === 'search' && <SearchPanel onShown={onClose} />}
      {kind === 'pins' && <Pins onShown={onClose} />}
      {kind === 'people' && <People />}
    </aside>
  );
}

function Pins({ onShown }: { readonly onShown: () => void }): ReactElement {
  const { open } = useChatState();
  const { history } = useSession();
  const pins = open?.pins ?? [];
  if (pins.length === 0) return <p className="empty">Nothing is pinned here.</p>;
  const show = (message: Message): void => {
    if (matchMedia('(max-width: 1099px)').matches) onShown();
    void history.show(message.seq);
  };
  return (
    <ul className="found">
      {pins.toReversed().map((message) => (
        <li key={message.id}>
          <button type="button" onClick={() => show(message)}>
            <Name>{message.senderId}</Name>
            <time dateTime={message.sentAt}>{shortly(message.sentAt, Date.now(), HERE)}</time>
            <bdi className="excerpt">{gistOf(message)}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}

function People(): ReactElement {
  const { open, presence } = useChatState();
  if (!open?.members) return <p className="empty">They are too many to be listed here.</p>;
  return (
    <ul className="people">
      {open.members.map(({ userId }) => {
        const { online = false, lastSeenAt } = presence.get(userId) ?? {};
        return (
          <li key={userId}>
            <Avatar name={userId} isOnline={online} />
            <Name>{userId}</Name>
            <span className="hint">
              {online ? 'online' : lastSeenAt == null ? '' : lastSeen(lastSeenAt, Date.now(), HERE)}
            </span>
          </li>
        );
      })}
    </ul>
  );
}
