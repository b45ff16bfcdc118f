import { type ReactElement, useState } from 'react';
import { Ask, focusAgain, RefusalLine } from './dialog.js';
import { Icon } from './icons.js';
import { useChatState, useSession } from './session-context.js';
import { Avatar, Name } from './small-parts.js';
import { useDoing } from './use-doing.js';

/** What it means, said before it is done. */
export function AskToBlock({
  userId,
  onClose,
}: {
  readonly userId: string;
  readonly onClose: () => void;
}): ReactElement {
  const { standing } = useSession();
  return (
    <Ask
      title={`Block ${userId}?`}
      yes="Block"
      onYes={() => standing.block(userId)}
      onClose={() => onClose()}
    >
      <WhatItMeans />
    </Ask>
  );
}

function WhatItMeans(): ReactElement {
  return (
    <ul className="words">
      <li>
        Between the two of you neither can write, edit or react any more, nor see the other type or read.
      </li>
      <li>Neither can begin a conversation with the other, or add the other to one.</li>
      <li>They are not told. What was said before can still be read.</li>
      <li>In groups in which both of you are, you go on hearing each other.</li>
    </ul>
  );
}

/** Of a direct conversation: whether its user has blocked the other. */
export function BlockSection({ userId }: { readonly userId: string }): ReactElement {
  const { blocked } = useChatState();
  const [isAsking, setAsking] = useState(false);
  return (
    <section className="section" aria-labelledby="block-title">
      <h3 id="block-title">Blocking</h3>
      {blocked.has(userId) ? (
        <>
          <p>
            You have blocked <Name>{userId}</Name>. Nothing passes between the two of you.
          </p>
          <Unblock userId={userId} />
        </>
      ) : (
        <button type="button" className="button" onClick={() => setAsking(true)}>
          <Icon name="block" size={18} /> Block…
        </button>
      )}
      {isAsking && <AskToBlock userId={userId} onClose={() => setAsking(false)} />}
    </section>
  );
}

export function Unblock({ userId }: { readonly userId: string }): ReactElement {
  const { standing } = useSession();
  const doing = useDoing();
  return (
    <>
      <button
        type="button"
        className="button"
        aria-label={`Unblock ${userId}`}
        aria-disabled={doing.isBusy}
        onClick={() =>
          doing.run(
            () => standing.unblock(userId),
            () => requestAnimationFrame(() => focusAgain(document.activeElement)),
          )
        }
      >
        Unblock
      </button>
      <RefusalLine refusal={doing.refusal} />
    </>
  );
}

/** All of them, wherever they were met: also those with whom there is no conversation any more. */
export function BlockedPeople(): ReactElement {
  const { blocked } = useChatState();
  if (blocked.size === 0) return <p className="empty">You have blocked nobody.</p>;
  return (
    <ul className="people">
      {[...blocked].sort().map((userId) => (
        <li key={userId}>
          <Avatar name={userId} />
          <Name>{userId}</Name>
          <span className="doings">
            <Unblock userId={userId} />
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Where one would write, of somebody whom one has blocked. */
export function CutLine({ userId }: { readonly userId: string }): ReactElement {
  return (
    <div className="cut" role="group" aria-label="Blocked">
      <p>
        <Icon name="block" size={18} /> You have blocked <Name>{userId}</Name>.
      </p>
      <Unblock userId={userId} />
    </div>
  );
}
