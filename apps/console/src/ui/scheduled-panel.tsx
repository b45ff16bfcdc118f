import { type ReactElement, useEffect, useState } from 'react';
import type { OpenChat } from '../model/chat-state.js';
import { momentInWords } from '../model/muting.js';
import { aboutScheduled, type Scheduled, scheduledIn } from '../model/scheduled.js';
import { HERE } from '../model/when.js';
import { mentionsIn } from '../model/wording.js';
import { Ask } from './dialog.js';
import { Icon } from './icons.js';
import { ScheduleDialog } from './schedule-dialog.js';
import { useChatState, useSession } from './session-context.js';

/** What its user is to say later in the open conversation. */
export function ScheduledPanel({ open }: { readonly open: OpenChat }): ReactElement {
  const { later } = useSession();
  const { scheduled } = useChatState();
  // Another device may have changed something: nobody tells of that.
  useEffect(() => void later.load().catch(() => {}), [later, open.id]);
  const some = scheduledIn(scheduled, open.id);
  if (!scheduled) return <p className="empty">One moment…</p>;
  if (some.length === 0)
    return <p className="empty">Nothing is scheduled here. The clock beside the field sends later.</p>;
  return (
    <ul className="scheduled">
      {some.map((one) => (
        <ScheduledLine key={one.id} one={one} open={open} />
      ))}
    </ul>
  );
}

function ScheduledLine({ one, open }: { readonly one: Scheduled; readonly open: OpenChat }): ReactElement {
  const { later } = useSession();
  const [asked, ask] = useState<'edit' | 'cancel'>();
  const at = momentInWords(one.sendAt, Date.now(), HERE);
  const isRefused = one.state === 'refused';
  const mentions = (text: string): readonly string[] =>
    mentionsIn(text, open.members?.map(({ userId }) => userId) ?? []);
  return (
    <li className={isRefused ? 'failed' : ''} data-scheduled={one.id}>
      <p className="when">
        <Icon name="clock" size={16} />
        <time dateTime={one.sendAt}>{isRefused ? `Was to be sent ${at}` : at}</time>
      </p>
      <p className="text" dir="auto">
        {one.text}
      </p>
      {isRefused && <p className="warning">Not sent: {one.refusal}</p>}
      {one.state === 'sending' ? (
        <p className="hint">It is being sent.</p>
      ) : (
        <div className="doings">
          <button type="button" className="button" onClick={() => ask('edit')}>
            {isRefused ? 'Send another time…' : 'Edit…'}
          </button>
          <button type="button" className="button" onClick={() => ask('cancel')}>
            {isRefused ? 'Discard…' : 'Call off…'}
          </button>
        </div>
      )}
      {asked === 'edit' && (
        <ScheduleDialog
          title="Edit what is scheduled"
          text={one.text}
          sendAt={one.sendAt}
          onPlanned={({ text, sendAt }) => later.revise(one.id, { text, sendAt, mentions: mentions(text) })}
          onClose={() => ask(undefined)}
        />
      )}
      {asked === 'cancel' && (
        <Ask
          title="Call it off?"
          no="Keep it"
          yes="Call off"
          onYes={() => later.cancel(one.id)}
          onClose={() => ask(undefined)}
        >
          <p>It is not sent, and its words are gone.</p>
        </Ask>
      )}
    </li>
  );
}

/** Where one writes: that there is something, and the way to it. */
export function ScheduledButton({
  open,
  onShow,
}: {
  readonly open: OpenChat;
  readonly onShow: () => void;
}): ReactElement | undefined {
  const { scheduled } = useChatState();
  const words = aboutScheduled(scheduledIn(scheduled, open.id));
  if (words === '') return undefined;
  return (
    <button type="button" className="scheduled-line" onClick={onShow}>
      <Icon name="clock" size={16} /> {words}
    </button>
  );
}
