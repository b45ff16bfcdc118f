import { type ReactElement, useRef } from 'react';
import type { Chat } from '../model/chat-state.js';
import { FOR_EVER, isMute, MUTE_CHOICES, muteInWords } from '../model/muting.js';
import { HERE } from '../model/when.js';
import { RefusalLine } from './dialog.js';
import { Icon } from './icons.js';
import { useSession } from './session-context.js';
import { useDoing } from './use-doing.js';

/** Whether a conversation calls for attention, and for how long not. */
export function MuteSection({ chat }: { readonly chat: Chat }): ReactElement {
  const { standing } = useSession();
  const doing = useDoing();
  const now = Date.now();
  const group = useRef<HTMLDivElement>(null);
  const mute = (until: string | undefined): void =>
    doing.run(
      () => standing.mute(chat.id, until),
      // What was pressed is not there any more.
      () => requestAnimationFrame(() => group.current?.querySelector('button')?.focus()),
    );
  const isOff = isMute(chat, now);
  return (
    <section className="section" aria-labelledby="mute-title">
      <h3 id="mute-title">Mute</h3>
      <p>
        {isOff && <Icon name="mute" size={18} />}{' '}
        {isOff ? `Mute ${muteInWords(chat.mutedUntil ?? '', now, HERE)}.` : 'It is not mute.'}
        <span className="hint">
          What is said while it is mute is counted in the list only, and when you are away you are told of
          what mentions you, and of nothing else.
        </span>
      </p>
      <div ref={group} className="doings" role="group" aria-label="Mute">
        {isOff ? (
          <button
            key="off"
            type="button"
            className="button"
            aria-disabled={doing.isBusy}
            onClick={() => mute(undefined)}
          >
            Unmute
          </button>
        ) : (
          MUTE_CHOICES.map(({ words, ms }) => (
            <button
              key={words}
              type="button"
              className="button"
              aria-disabled={doing.isBusy}
              aria-label={`Mute: ${words}`}
              onClick={() => mute(ms === undefined ? FOR_EVER : new Date(Date.now() + ms).toISOString())}
            >
              {words}
            </button>
          ))
        )}
      </div>
      <RefusalLine refusal={doing.refusal} />
    </section>
  );
}
