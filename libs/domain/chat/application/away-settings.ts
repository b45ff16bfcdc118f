import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { AwayRule } from '#domain/chat/model/digest.js';

/** What an operator may say about users who are away. */
export interface AwaySettings {
  /** Undefined: nobody of this workspace is told. */
  of(workspaceId: WorkspaceId): AwayRule | undefined;
}
export const AwaySettings = Symbol('AwaySettings');

export const NOBODY_IS_TOLD: AwaySettings = { of: () => undefined };
