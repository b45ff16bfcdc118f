import { type FormEvent, type ReactElement, useRef, useState } from 'react';
import { momentInWords } from '../model/muting.js';
import { fieldOf, HERE, hourOn, instantOf } from '../model/when.js';
import { Dialog, RefusalLine } from './dialog.js';
import { useDoing } from './use-doing.js';

const MINUTE_MS = 60_000;
const YEAR_MS = 365 * 24 * 60 * MINUTE_MS;
const LONGEST_TEXT = 20_000;

export interface Planned {
  readonly text: string;
  /** ISO 8601. */
  readonly sendAt: string;
  /** Of this wish: the same as long as nothing of it was changed. */
  readonly key: string;
}

/** What is to be said later, and when. */
export function ScheduleDialog(props: {
  readonly title: string;
  readonly text: string;
  /** Of one that is there already. */
  readonly sendAt?: string;
  readonly hint?: string;
  readonly onPlanned: (planned: Planned) => Promise<void>;
  readonly onClose: () => void;
}): ReactElement {
  const { title, hint, onPlanned, onClose } = props;
  const [now] = useState(() => Date.now());
  const [text, setText] = useState(props.text);
  const [field, setField] = useState(() => fieldOf(firstMoment(props.sendAt, now)));
  const doing = useDoing();
  const wish = useRef({ key: '', of: '' });
  // A field holds no seconds: a time that is not changed stays what it is.
  const isUnchanged = props.sendAt !== undefined && field === fieldOf(Date.parse(props.sendAt));
  const sendAt = isUnchanged ? props.sendAt : instantOf(field);

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (sendAt === undefined || text.trim() === '') return;
    const of = JSON.stringify([text, sendAt]);
    if (wish.current.of !== of) wish.current = { of, key: newKey() };
    doing.run(() => onPlanned({ text, sendAt, key: wish.current.key }), onClose);
  };
  return (
    <Dialog label={title} onClose={onClose} className="schedule">
      <form onSubmit={submit}>
        <h2>{title}</h2>
        <label htmlFor="later-text">Message</label>
        <textarea
          id="later-text"
          dir="auto"
          rows={3}
          required
          maxLength={LONGEST_TEXT}
          data-first={text === '' ? true : undefined}
          aria-describedby={hint === undefined ? undefined : 'later-hint'}
          value={text}
          onChange={({ target }) => setText(target.value)}
        />
        {hint !== undefined && (
          <p id="later-hint" className="hint">
            {hint}
          </p>
        )}
        <div className="doings" role="group" aria-label="Times to choose from">
          {soonFrom(now).map(({ words, at }) => (
            <button
              key={words}
              type="button"
              className="button"
              aria-pressed={field === fieldOf(at)}
              onClick={() => setField(fieldOf(at))}
            >
              {words}
            </button>
          ))}
        </div>
        <label htmlFor="later-at">Date and time</label>
        <input
          id="later-at"
          type="datetime-local"
          required
          data-first={text === '' ? undefined : true}
          min={fieldOf(now + MINUTE_MS)}
          max={fieldOf(now + YEAR_MS)}
          aria-describedby="later-told"
          value={field}
          onChange={({ target }) => setField(target.value)}
        />
        <p id="later-told" className="hint" role="status">
          {sendAt !== undefined && `It is sent ${momentInWords(sendAt, now, HERE)}, ${zone()}.`}
        </p>
        <RefusalLine refusal={doing.refusal} />
        <div className="choices">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button className="primary" aria-disabled={doing.isBusy}>
            {props.sendAt === undefined ? 'Schedule' : 'Save'}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function soonFrom(now: number): readonly { readonly words: string; readonly at: number }[] {
  const untilMonday = (8 - new Date(now).getDay()) % 7 || 7;
  const next = [
    { words: 'In an hour', at: now + 60 * MINUTE_MS },
    { words: 'Tomorrow morning', at: hourOn(now, 1, 9) },
  ];
  return untilMonday === 1 ? next : [...next, { words: 'Monday morning', at: hourOn(now, untilMonday, 9) }];
}

/** Its own if that is to come, else the next morning. */
function firstMoment(sendAt: string | undefined, now: number): number {
  const own = sendAt === undefined ? NaN : Date.parse(sendAt);
  return own > now ? own : hourOn(now, 1, 9);
}

function zone(): string {
  return `${Intl.DateTimeFormat().resolvedOptions().timeZone} time`;
}

function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join('');
}
