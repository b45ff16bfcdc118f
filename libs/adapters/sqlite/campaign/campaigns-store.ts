import type { IntegrationEvent } from '#domain/kernel/events.js';
import type { Campaign, Expansion } from '#domain/campaign/model/campaign.js';
import type { UnexpandedCampaign } from '#ports/campaign/campaigns.js';
import { type Db, sqliteStore } from '../engine/store.js';

interface BodyRow {
  readonly body: string;
}

const campaignOf = (row: BodyRow): Campaign => JSON.parse(row.body) as Campaign;

function insert(db: Db, campaign: Campaign): null {
  const { id, workspaceId, status, revision } = campaign;
  db.run('insert', { id, workspace: workspaceId, status, revision, body: JSON.stringify(campaign) });
  return null;
}

interface Save {
  readonly before: Campaign;
  readonly after: Campaign;
  readonly events: readonly IntegrationEvent[];
  readonly now: number;
}

function save(db: Db, { before, after, events, now }: Save): 'saved' | 'conflict' {
  const changed = db.run('save', {
    id: before.id,
    workspace: before.workspaceId,
    revisionBefore: before.revision,
    status: after.status,
    revision: after.revision,
    body: JSON.stringify(after),
  });
  if (changed === 0) return 'conflict';
  for (const event of events) db.emit(event, now);
  return 'saved';
}

function advance(db: Db, args: { id: string; expansion: Expansion }): null {
  db.run('advance', {
    id: args.id,
    cursor: args.expansion.cursor ?? null,
    done: args.expansion.done ? 1 : 0,
  });
  return null;
}

function find(db: Db, args: { workspace: string; id: string }): Campaign | undefined {
  const row = db.get<BodyRow>('find', args);
  return row && campaignOf(row);
}

function page(db: Db, args: { workspace: string; before: string; limit: number }): Campaign[] {
  return db.all<BodyRow>('page', args).map(campaignOf);
}

function unexpanded(db: Db, _: undefined): UnexpandedCampaign[] {
  return db.all<BodyRow & { cursor: string | null }>('unexpanded').map((row) => ({
    campaign: campaignOf(row),
    expansion: { ...(row.cursor !== null && { cursor: row.cursor }), done: false },
  }));
}

/** True the first time. */
function recordUnsubscribe(db: Db, args: { campaign: string; subscriber: string; at: number }): boolean {
  const { campaign, subscriber } = args;
  if (db.run('countUnsubscribe', { campaign, subscriber }) === 0) return false;
  db.run('insertUnsubscribe', args);
  return true;
}

function unsubscribesOf(db: Db, args: { campaign: string }): number {
  return db.get<{ count: number }>('unsubscribes', args)?.count ?? 0;
}

function workspaceOf(db: Db, args: { campaign: string }): string | undefined {
  return db.get<{ workspaceId: string }>('workspaceOf', args)?.workspaceId;
}

function addressOf(db: Db, args: { workspace: string; subscriber: string }): string | undefined {
  return db.get<{ email: string }>('addressOf', args)?.email;
}

export const campaignsStore = sqliteStore({
  name: 'campaigns',
  sql: new URL('./campaigns.sql', import.meta.url),
  writes: { insert, save, advance, recordUnsubscribe },
  reads: { find, page, unexpanded, unsubscribesOf, workspaceOf, addressOf },
});
