import { type FormEvent, type ReactElement, useState } from 'react';
import { useSession } from './session-context.js';
import { Dialog } from './small-parts.js';

export function NewChat(props: {
  readonly onClose: () => void;
  readonly onBegun: (conversationId: string) => void;
}): ReactElement {
  const session = useSession();
  const [isAsked, setAsked] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    const people = textOf(fields, 'people')
      .split(/[\s,;]+/u)
      .filter((one) => one !== '');
    setAsked(true);
    const id = await session.begin(people, textOf(fields, 'title'));
    props.onClose();
    if (id !== undefined) props.onBegun(id);
  };
  return (
    <Dialog label="New chat" onClose={props.onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2>New chat</h2>
        <label htmlFor="people">With whom</label>
        <input id="people" name="people" required autoFocus maxLength={4000} aria-describedby="people-hint" />
        <p id="people-hint" className="hint">
          User ids, with commas between them. Several make a group.
        </p>
        <label htmlFor="title">Title of the group</label>
        <input id="title" name="title" maxLength={200} placeholder="Not needed between two" />
        <div className="choices">
          <button type="button" className="button" onClick={props.onClose}>
            Cancel
          </button>
          <button className="primary" disabled={isAsked}>
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
