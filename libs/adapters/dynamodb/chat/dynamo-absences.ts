import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Absence } from '#domain/chat/model/absence.js';
import type { Absences } from '#ports/chat/absences.js';
import type { DynamoTable } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';

type AbsenceItem = Key & Omit<Absence, 'told'> & { /** As JSON. */ readonly told: string };

/** One item of each user who has ever been told that they were away. */
export class DynamoAbsences implements Absences {
  readonly #table: DynamoTable;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async begin(absence: Absence): Promise<Absence> {
    const place = keyOf(absence);
    for (;;) {
      const isFree = when`attribute_not_exists(pk) OR #state = ${'over'}`;
      const item = { ...place, ...absence, told: JSON.stringify(absence.told) };
      if ((await this.#table.put(item, isFree)) === 'done') return absence;
      const kept = await this.#table.get<AbsenceItem>(place);
      // Ours, where the answer was lost; anybody's, who came first; nobody's, if that one is over by now.
      if (kept && (kept.state !== 'over' || kept.id === absence.id)) return absenceOf(kept);
    }
  }

  async tell(absence: Absence, told: Absence['told']): Promise<void> {
    const change = fields({ state: 'told', told: JSON.stringify(told) });
    const isTheirs = when`#id = ${absence.id} AND #state <> ${'over'}`;
    await this.#table.update(keyOf(absence), change, isTheirs);
  }

  async end(absence: Absence): Promise<void> {
    await this.#table.update(keyOf(absence), fields({ state: 'over' }), when`#id = ${absence.id}`);
  }

  async of(workspaceId: WorkspaceId, userIds: readonly string[]): Promise<readonly Absence[]> {
    const keys = [...new Set(userIds)].map((userId) => keyOf({ workspaceId, userId }));
    return (await this.#table.getAll<AbsenceItem>(keys)).map(absenceOf);
  }
}

function absenceOf({ pk: _pk, sk: _sk, told, ...absence }: AbsenceItem): Absence {
  return { ...absence, told: JSON.parse(told) as Absence['told'] };
}

function keyOf({ workspaceId, userId }: { workspaceId: string; userId: string }): Key {
  return { pk: key('CHAT-AWAY', workspaceId, userId), sk: 'AWAY' };
}
