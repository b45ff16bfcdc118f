import type { ReactElement } from 'react';
import { useChatState } from './session-context.js';

/** Says when there is no connection; what is written meanwhile is sent later. */
export function LinkLine(): ReactElement {
  const { link, chats } = useChatState();
  const isUp = link.status === 'online' || link.status === 'caught_up';
  const isFirst = link.status === 'connecting' && chats === undefined;
  return (
    <p className="link-line" role="status" data-link={link.status}>
      {isUp || isFirst ? '' : 'No connection. What you write and change is sent when it is back.'}
    </p>
  );
}
