import type { DatabaseSync } from 'node:sqlite';
import { Webhook } from 'standardwebhooks';
import type { ReceivedWebhook } from './webhook-receiver.js';

export interface WebhookEvidence {
  readonly received: readonly ReceivedWebhook[];
  readonly secrets: readonly string[];
}

interface Entry {
  readonly code: string;
  readonly channel?: string;
}

/** Every change of a notification that its row tells of has been taken by the customer, under one id, signed. */
export function checkWebhooks(db: DatabaseSync, { received, secrets }: WebhookEvidence): string[] {
  const ids = db.prepare('SELECT id FROM webhook_messages').all() as { id: string }[];
  const known = new Set(ids.map(({ id }) => id));
  const byId = Map.groupBy(received, ({ id }) => id);
  return [
    ...received
      .filter((one) => !isSigned(one, secrets))
      .map(({ id }) => `webhook: ${id} is not signed by us`),
    ...[...byId.keys()].filter((id) => !known.has(id)).map((id) => `webhook: ${id} is the id of no event`),
    ...[...byId].flatMap(([id, posts]) =>
      new Set(posts.map(({ body }) => body)).size > 1 ? [`webhook: ${id} came with several bodies`] : [],
    ),
    ...checkChanges(db, byId),
  ];
}

function isSigned({ headers, body }: ReceivedWebhook, secrets: readonly string[]): boolean {
  return secrets.some((secret) => {
    try {
      new Webhook(secret).verify(body, headers as Record<string, string>);
      return true;
    } catch {
      return false;
    }
  });
}

function checkChanges(db: DatabaseSync, byId: ReadonlyMap<string, readonly ReceivedWebhook[]>): string[] {
  const rows = db.prepare('SELECT id, progress FROM notifications').all() as {
    id: string;
    progress: string;
  }[];
  const taken = [...byId.values()].flatMap((posts) => posts.find((post) => post.taken) ?? []);
  const told = Map.groupBy(
    taken.map(({ body }) => JSON.parse(body) as { type: string; data: { id: string } }),
    ({ data }) => data.id,
  );
  return rows.flatMap(({ id, progress }) => {
    const { trace } = JSON.parse(progress) as { trace: Entry[] };
    const expected = changesIn(trace).toSorted();
    const actual = (told.get(id) ?? []).map(({ type }) => type.replace('notification.', '')).toSorted();
    return expected.join() === actual.join()
      ? []
      : [`webhook: ${id} became ${expected.join()}, the customer was told ${actual.join() || 'nothing'}`];
  });
}

const NEWS = ['sent', 'delivered', 'read', 'bounced', 'failed', 'abandoned'];
const LAST = ['cancelled', 'expired', 'tested'];

/** The statuses that a notification went through, from its trace: what happened in one step is one change. */
function changesIn(trace: readonly Entry[]): string[] {
  const steps: Entry[][] = [[]];
  for (const entry of trace) {
    const begins = NEWS.includes(entry.code) || entry.code === 'not_confirmed' || entry.code === 'cancelled';
    if (begins) steps.push([]);
    steps.at(-1)?.push(entry);
  }
  const legs = new Map<string, string>();
  const changes: string[] = [];
  let status = 'accepted';
  for (const step of steps) {
    for (const entry of step) follow(legs, entry);
    const last = LAST.find((code) => step.some((entry) => entry.code === code));
    // Whatever comes of a cancelled one is told, and changes it no more.
    const next = LAST.includes(status) ? status : (last ?? (step.length === 0 ? status : statusOf(legs)));
    if (next !== status) changes.push(next);
    status = next;
  }
  return changes;
}

function follow(legs: Map<string, string>, { code, channel }: Entry): void {
  if (channel === undefined) return;
  if (code === 'started') legs.set(channel, 'sending');
  else if (NEWS.includes(code)) legs.set(channel, code);
  else if (code === 'not_confirmed' && legs.get(channel) === 'sending') legs.set(channel, 'abandoned');
}

function statusOf(legs: ReadonlyMap<string, string>): string {
  const states = [...legs.values()];
  const best = ['read', 'delivered', 'sent', 'sending'].find((state) => states.includes(state));
  return best ?? (states.includes('bounced') ? 'bounced' : 'failed');
}
