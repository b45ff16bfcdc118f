import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { ModerationRule } from '#domain/chat/model/moderation.js';

/** What an operator may say about who is asked before a message is taken. */
export interface ModerationSettings {
  /** Undefined: nobody is asked. */
  of(workspaceId: WorkspaceId): ModerationRule | undefined;
}
export const ModerationSettings = Symbol('ModerationSettings');

export const NOBODY_IS_ASKED: ModerationSettings = { of: () => undefined };
