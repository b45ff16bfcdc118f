import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Absence } from '#domain/chat/model/absence.js';

/**
 * Who is away and is being told of what they miss, or has been: one of each user, the latest.
 *
 * Guarantees
 * - `begin` keeps an absence, in one step, if the user has none or only one that is over, and answers the one that is kept: of
 *   many who begin at once all get the same.
 * - `tell` says that they were told, and of what; `end` that they are back. Both change only the absence of that id, and may be
 *   asked again; one that is over stays so.
 * - `of` answers, in no order, those of the asked users who have one, and sees everything that had resolved when it was asked.
 */
export interface Absences {
  begin(absence: Absence): Promise<Absence>;
  tell(absence: Absence, told: Absence['told']): Promise<void>;
  end(absence: Absence): Promise<void>;
  /** @param userIds at most 500 */
  of(workspaceId: WorkspaceId, userIds: readonly string[]): Promise<readonly Absence[]>;
}
export const Absences = Symbol('Absences');
