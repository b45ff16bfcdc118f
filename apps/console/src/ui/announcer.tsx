import { type ReactElement, useEffect, useRef, useState } from 'react';
import { gistOf } from '../model/wording.js';
import { useChatState } from './session-context.js';

const MOST = 5;

/**
 * Reads out what others say in the open conversation while it comes, and what has been done. The conversation itself is no live region: its pages
 * come and go as one scrolls, and would all be read out.
 */
export function Announcer(): ReactElement {
  const { open, me, told } = useChatState();
  const [said, setSaid] = useState<readonly { readonly key: string; readonly text: string }[]>([]);
  const before = useRef<{ readonly id: string; readonly seq: number }>(undefined);
  const last = open?.log.messages.at(-1);
  useEffect(() => {
    const id = open?.id ?? '';
    const known = before.current;
    before.current = { id, seq: last?.seq ?? 0 };
    const isNext = known?.id === id && known.seq > 0 && last?.seq === known.seq + 1;
    if (!last || !isNext || last.senderId === me) return;
    setSaid((some) => [...some.slice(1 - MOST), { key: last.id, text: `${last.senderId}: ${gistOf(last)}` }]);
  }, [open?.id, last, me]);
  return (
    <>
      <div className="unseen" role="log" aria-live="polite" aria-label="New messages">
        {said.map(({ key, text }) => (
          <p key={key}>{text}</p>
        ))}
      </div>
      <p className="unseen" role="status">
        {/* Said twice it is read out twice. */}
        {told && <span key={told.nth}>{told.text}</span>}
      </p>
    </>
  );
}
