import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Absence } from '#domain/chat/model/absence.js';
import type { Absences } from '#ports/chat/absences.js';

export class MemoryAbsences implements Absences {
  readonly #absences = new Map<string, Absence>();

  async begin(absence: Absence): Promise<Absence> {
    const before = this.#absences.get(keyOf(absence));
    if (before && before.state !== 'over') return before;
    this.#absences.set(keyOf(absence), absence);
    return absence;
  }

  async tell(absence: Absence, told: Absence['told']): Promise<void> {
    const kept = this.#kept(absence);
    if (kept && kept.state !== 'over')
      this.#absences.set(keyOf(absence), { ...kept, state: 'told', told: { ...told } });
  }

  async end(absence: Absence): Promise<void> {
    const kept = this.#kept(absence);
    if (kept) this.#absences.set(keyOf(absence), { ...kept, state: 'over' });
  }

  async of(workspaceId: WorkspaceId, userIds: readonly string[]): Promise<readonly Absence[]> {
    return userIds.flatMap((userId) => this.#absences.get(keyOf({ workspaceId, userId })) ?? []);
  }

  #kept(absence: Absence): Absence | undefined {
    const kept = this.#absences.get(keyOf(absence));
    return kept?.id === absence.id ? kept : undefined;
  }
}

function keyOf({ workspaceId, userId }: Pick<Absence, 'workspaceId' | 'userId'>): string {
  return JSON.stringify([workspaceId, userId]);
}
