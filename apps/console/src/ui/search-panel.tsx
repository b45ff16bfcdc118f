import { type FormEvent, type ReactElement, useRef, useState } from 'react';
import { excerptOf } from '../model/text-parts.js';
import { HERE, shortly } from '../model/when.js';
import { gistOf, titleOf } from '../model/wording.js';
import type { Found } from '../session/chat-session.js';
import { goTo, useChatState, useSession } from './session-context.js';
import { Name, Parts } from './small-parts.js';

interface Results {
  readonly q: string;
  readonly scope: string | undefined;
  readonly data: readonly Found[];
  readonly next: string | undefined;
}

export function SearchPanel({ onShown }: { readonly onShown: () => void }): ReactElement {
  const session = useSession();
  const { open } = useChatState();
  const [results, setResults] = useState<Results>();
  const [told, setTold] = useState('');
  const asked = useRef(0);

  const search = async (q: string, scope: string | undefined, before?: Results): Promise<void> => {
    const nth = ++asked.current;
    setTold('Searching…');
    try {
      const { data, page } = await session.search(q, scope, before?.next);
      if (nth !== asked.current) return; // another search has been begun
      const all = [...(before?.data ?? []), ...data];
      setResults({ q, scope, data: all, next: page.next ?? undefined });
      setTold(
        all.length === 0 && page.next === null
          ? 'Nothing found.'
          : `${all.length} found${page.next === null ? '' : ' so far'}.`,
      );
    } catch (error) {
      if (nth === asked.current) setTold(error instanceof Error ? error.message : String(error));
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const q = String(fields.get('q')).trim();
    if (q !== '') void search(q, fields.get('scope') === 'here' ? open?.id : undefined);
  };
  const show = async ({ message }: Found): Promise<void> => {
    if (matchMedia('(max-width: 1099px)').matches) onShown();
    goTo(message.conversationId);
    await session.history.open(message.conversationId);
    // Who has gone on meanwhile is not to be led to that place of another conversation.
    if (session.state().open?.id === message.conversationId) await session.history.show(message.seq);
  };
  return (
    <div className="search">
      <form role="search" onSubmit={submit}>
        <label htmlFor="q" className="unseen">
          What to look for
        </label>
        <div className="row">
          <input
            id="q"
            name="q"
            type="search"
            autoFocus
            maxLength={500}
            placeholder={'lunch, "at noon", from:ben'}
          />
          <button className="button">Search</button>
        </div>
        {open && (
          <fieldset>
            <legend className="unseen">Where</legend>
            <label>
              <input type="radio" name="scope" value="here" defaultChecked /> This chat
            </label>
            <label>
              <input type="radio" name="scope" value="all" /> All chats
            </label>
          </fieldset>
        )}
      </form>
      <p className="hint" role="status">
        {told}
      </p>
      <ul className="found">
        {results?.data.map((found) => (
          <li key={found.message.id}>
            <FoundButton found={found} onClick={() => void show(found)} />
          </li>
        ))}
      </ul>
      {results?.next !== undefined && (
        <button
          type="button"
          className="button older"
          onClick={() => void search(results.q, results.scope, results)}
        >
          Look further back
        </button>
      )}
    </div>
  );
}

function FoundButton({
  found,
  onClick,
}: {
  readonly found: Found;
  readonly onClick: () => void;
}): ReactElement {
  const { chats, me, open } = useChatState();
  const { message, highlights } = found;
  const chat = chats?.get(message.conversationId);
  return (
    <button type="button" onClick={onClick}>
      <Name>{message.senderId}</Name>
      <time dateTime={message.sentAt}>{shortly(message.sentAt, Date.now(), HERE)}</time>
      {chat && chat.id !== open?.id && (
        <span className="hint">
          in <Name>{titleOf(chat, me)}</Name>
        </span>
      )}
      <bdi className="excerpt">
        {message.text === '' ? gistOf(message) : <Parts parts={excerptOf(message.text, highlights)} />}
      </bdi>
    </button>
  );
}
