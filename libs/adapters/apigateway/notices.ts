import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Notice } from '#domain/chat/model/notice.js';
import type { Push } from '#ports/chat/realtime.js';

/** Members up to whom the process that stored something tells of it itself: with two devices each they are one round of posts. */
export const MOST_TOLD_AT_ONCE = 32;

/**
 * A queue of notices, for whoever tells of what others have stored. One may be lost, doubled or late: whoever takes it brings everybody to
 * the end of the log, and who is there already hears nothing.
 */
export interface TellLater {
  send(notice: Notice): Promise<void>;
}

/** Undefined of what passes and is kept nowhere, and of marks: those of a large conversation are told to their own user only. */
export function noticeOf(workspaceId: WorkspaceId, push: Push): Notice | undefined {
  switch (push.kind) {
    case 'message': {
      const { conversationId, seq: no } = push.message;
      return { workspaceId, conversationId, what: 'message', no };
    }
    case 'change': {
      const { conversationId, rev: no } = push.message;
      return { workspaceId, conversationId, what: 'change', no };
    }
    case 'conversation':
      return { workspaceId, conversationId: push.conversationId, what: 'conversation' };
    default:
      return undefined;
  }
}
