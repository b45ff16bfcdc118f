import type { WorkspaceId } from '#domain/kernel/brand.js';
import { notFound, Refusal } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import {
  type Attributes,
  faultsOfAttributes,
  type List,
  mergedAttributes,
  type Subscriber,
  type SubscriberFacts,
} from '#domain/campaign/model/subscriber.js';
import type { Upsert } from '#ports/campaign/subscribers.js';
import type { Db, SqlValue } from '../engine/store.js';

export interface SubscriberRow {
  readonly no: number;
  readonly id: string;
  readonly workspace_id: string;
  readonly email: string;
  readonly name: string | null;
  readonly attributes: string;
  readonly locale: string | null;
  readonly timezone: string | null;
  readonly created_at: number;
  readonly updated_at: number;
}

export interface ListRow {
  readonly no: number;
  readonly id: ListId;
  readonly name: string;
  readonly createdAt: number;
  readonly members: number;
}

export function subscriberOf(row: SubscriberRow): Subscriber {
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    email: row.email,
    ...(row.name !== null && { name: row.name }),
    attributes: JSON.parse(row.attributes) as Attributes,
    ...(row.locale !== null && { locale: row.locale }),
    ...(row.timezone !== null && { timezone: row.timezone }),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  } as Subscriber;
}

export function listOf(row: ListRow, workspaceId: WorkspaceId): List {
  return { id: row.id, workspaceId, name: row.name, createdAt: row.createdAt };
}

/** @throws Refusal `not_found` if one of them is not the workspace's */
export function listRows(db: Db, workspace: string, ids: readonly string[]): ListRow[] {
  return [...new Set(ids)].map((id) => {
    const row = db.get<ListRow>('findList', { workspace, id });
    if (!row) throw notFound('list');
    return row;
  });
}

/** A person's row, and whether it was made just now. */
export interface PutRow {
  readonly no: number;
  readonly created: boolean;
}

/**
 * Makes or merges one person.
 * @throws Refusal `validation_failed` if the attributes would grow too large by the merge: nothing has changed then
 */
export function upsert(db: Db, workspace: string, { id, facts }: Upsert, now: number): PutRow {
  const { email, name = null, locale = null, timezone = null, attributes = {} } = facts;
  const text = JSON.stringify(attributes);
  const params = { id, workspace, email, name, attributes: text, locale, timezone, now };
  const made = db.get<{ no: number }>('insert', params);
  if (made) return { no: made.no, created: true };
  const known = db.get<SubscriberRow>('byEmail', { workspace, email });
  if (!known) throw new Error(`Another person has the id ${id}.`);
  db.runEach('mergeRow', [mergeParams(known, facts, now)]);
  return { no: known.no, created: false };
}

/**
 * What is said of somebody who is known, as parameters of `mergeRow`.
 * @throws Refusal `validation_failed` if the attributes would grow too large by the merge
 */
export function mergeParams(
  known: Pick<SubscriberRow, 'no' | 'attributes'>,
  { name, locale, timezone, attributes }: Omit<SubscriberFacts, 'email'>,
  now: number,
): SqlValue[] {
  const said = [known.no, name ?? null, locale ?? null, timezone ?? null];
  if (attributes === undefined) return [...said, null, now];
  const merged = mergedAttributes(JSON.parse(known.attributes) as Attributes, attributes);
  const faults = faultsOfAttributes(merged);
  if (faults[0]) throw new Refusal('validation_failed', faults[0].detail, { faults });
  return [...said, JSON.stringify(merged), now];
}

export interface Joining {
  readonly email: string;
  readonly no: number;
}

export function joinLists(db: Db, lists: readonly ListRow[], people: readonly Joining[]): void {
  for (const { no: list } of lists) {
    const joined = db.runEach(
      'joinRow',
      people.map(({ email, no }) => [list, email, no]),
    );
    if (joined > 0) db.run('countMembers', { list, change: joined });
  }
}
