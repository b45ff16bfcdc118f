import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { ChatUser } from '#domain/chat/chat.facade.js';
import { readUser } from '#domain/chat/model/what-is-said.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';

/** On whose behalf it is: a user's own, or the workspace's of a key. */
export interface Speaker {
  readonly workspaceId: WorkspaceId;
  /** Of whoever came with a token of theirs. */
  readonly userId?: string;
}

export const Speaker = createParamDecorator((_data: unknown, context: ExecutionContext): Speaker => {
  const { caller, tokenUser } = context.switchToHttp().getRequest<FastifyRequest>();
  const speaker = tokenUser ?? caller;
  if (!speaker) throw new Error('@Speaker() on a path without @Scopes(…, { users: true })');
  return speaker;
});

/**
 * In whose name it is done: with a key that of the user named by `as`, with a user's own token theirs.
 * @throws Refusal `validation_failed` | `forbidden`
 */
export function speaking({ workspaceId, userId }: Speaker, as: string | undefined): ChatUser {
  if (userId === undefined) {
    if (as === undefined) throw missing();
    return { workspaceId, userId: readUser(as, 'as') };
  }
  if (as !== undefined && as !== userId)
    throw new Refusal('forbidden', 'With a token of a user all is done in their own name.');
  return { workspaceId, userId };
}

function missing(): Refusal {
  const detail = 'With an API key, `as` names the user in whose name it is done.';
  return new Refusal('validation_failed', detail, { faults: [{ pointer: 'as', code: 'required', detail }] });
}
