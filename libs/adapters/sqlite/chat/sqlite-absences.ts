import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Absence } from '#domain/chat/model/absence.js';
import type { Absences } from '#ports/chat/absences.js';
import type { SqliteStorage } from '../engine/storage-client.js';
import { type AbsenceRow, absencesStore } from './absences-store.js';

export class SqliteAbsences implements Absences {
  readonly #calls;

  constructor(storage: SqliteStorage) {
    this.#calls = storage.calls(absencesStore);
  }

  async begin(absence: Absence): Promise<Absence> {
    const { workspaceId: workspace, userId: user, id, beganAt, state } = absence;
    const told = JSON.stringify(absence.told);
    const row = await this.#calls.write('begin', { workspace, user, id, beganAt, state, told });
    return row ? absenceOf(workspace, row) : absence;
  }

  async tell({ workspaceId: workspace, userId: user, id }: Absence, told: Absence['told']): Promise<void> {
    await this.#calls.write('tell', { workspace, user, id, told: JSON.stringify(told) });
  }

  async end({ workspaceId: workspace, userId: user, id }: Absence): Promise<void> {
    await this.#calls.write('end', { workspace, user, id });
  }

  async of(workspace: WorkspaceId, users: readonly string[]): Promise<readonly Absence[]> {
    const rows = await this.#calls.read('of', { workspace, users });
    return rows.map((row) => absenceOf(workspace, row));
  }
}

function absenceOf(workspaceId: WorkspaceId, row: AbsenceRow): Absence {
  return {
    workspaceId,
    userId: row.user_id,
    id: row.id,
    beganAt: row.began_at,
    state: row.state,
    told: JSON.parse(row.told) as Record<string, number>,
  };
}
