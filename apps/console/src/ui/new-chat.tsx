import type { FormEvent, ReactElement } from 'react';
import { namesIn } from '../model/wording.js';
import { Dialog, RefusalLine } from './dialog.js';
import { useSession } from './session-context.js';
import { useDoing } from './use-doing.js';

export function NewChat(props: {
  readonly onClose: () => void;
  readonly onBegun: (conversationId: string) => void;
}): ReactElement {
  const session = useSession();
  const doing = useDoing();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const people = namesIn(textOf(fields, 'people'));
    const begin = async (): Promise<void> =>
      props.onBegun(await session.begin(people, textOf(fields, 'title')));
    doing.run(begin, props.onClose);
  };
  return (
    <Dialog label="New chat" onClose={props.onClose}>
      <form onSubmit={submit}>
        <h2>New chat</h2>
        <label htmlFor="people">With whom</label>
        <input
          id="people"
          name="people"
          required
          data-first
          maxLength={4000}
          aria-describedby="people-hint"
        />
        <p id="people-hint" className="hint">
          User ids, with commas between them. Several make a group.
        </p>
        <label htmlFor="title">Title of the group</label>
        <input id="title" name="title" maxLength={200} placeholder="Not needed between two" />
        <RefusalLine refusal={doing.refusal} />
        <div className="choices">
          <button type="button" className="button" onClick={props.onClose}>
            Cancel
          </button>
          <button className="primary" aria-disabled={doing.isBusy}>
            Begin
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function textOf(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value.trim() : '';
}
