import { type KeyboardEvent, type ReactElement, useEffect, useRef } from 'react';
import type { Message } from '#client/chat.js';
import { HERE, shortly } from '../model/when.js';
import { gistOf } from '../model/wording.js';
import { AboutPanel } from './about-panel.js';
import { BlockedPeople } from './block-section.js';
import { focusAgain } from './dialog.js';
import { ScheduledPanel } from './scheduled-panel.js';
import { SearchPanel } from './search-panel.js';
import { useChatState, useSession } from './session-context.js';
import { IconButton, Name } from './small-parts.js';

export type PanelKind = 'search' | 'pins' | 'about' | 'scheduled' | 'blocked';

/** Those that are about a conversation are not there without one. */
export function needsChat(kind: PanelKind): boolean {
  return kind !== 'search' && kind !== 'blocked';
}

const TITLES = {
  search: 'Search',
  pins: 'Pinned messages',
  about: 'About this chat',
  scheduled: 'Scheduled messages',
  blocked: 'People you have blocked',
} as const;

export function SidePanel({
  kind,
  onClose,
}: {
  readonly kind: PanelKind;
  readonly onClose: () => void;
}): ReactElement {
  const panel = useRef<HTMLElement>(null);
  const { open, chats } = useChatState();
  const chat = open && chats?.get(open.id);
  useEffect(() => {
    const before = document.activeElement;
    if (kind !== 'search') panel.current?.querySelector('button')?.focus();
    return () => focusAgain(before);
  }, [kind]);
  const onKeyDown = ({ key }: KeyboardEvent): void => {
    if (key === 'Escape' && !document.querySelector('dialog[open]')) onClose();
  };
  return (
    <aside className="panel" ref={panel} aria-label={TITLES[kind]} onKeyDown={onKeyDown}>
      <header className="bar">
        <h2 tabIndex={-1}>{TITLES[kind]}</h2>
        <span className="spacer" />
        <IconButton icon="close" label="Close" onClick={onClose} />
      </header>
      {kind === 'search' && <SearchPanel onShown={onClose} />}
      {kind === 'pins' && <Pins onShown={onClose} />}
      {kind === 'about' && open && chat && <AboutPanel key={open.id} chat={chat} open={open} />}
      {kind === 'scheduled' && open && <ScheduledPanel open={open} />}
      {kind === 'blocked' && <BlockedPeople />}
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
