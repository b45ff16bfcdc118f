import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Message } from './message.js';

export type MessageLogged = Extract<IntegrationEvent, { type: 'message.logged' }>;

/** What is committed with a message that is new or was changed, where somebody wants to hear of it. */
export function loggedEvent(workspaceId: string, message: Message): MessageLogged {
  const { id: messageId, rev, deletedAt } = message;
  const change = deletedAt !== undefined ? 'deleted' : rev === 0 ? 'created' : 'updated';
  return { type: 'message.logged', workspaceId, messageId, change, message };
}

export function loggedMessage({ workspaceId, message }: MessageLogged): {
  readonly workspaceId: WorkspaceId;
  readonly message: Message;
} {
  return { workspaceId: workspaceId as WorkspaceId, message: message as Message };
}
