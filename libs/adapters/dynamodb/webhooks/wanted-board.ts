import type { WorkspaceId } from '#domain/kernel/brand.js';
import type {
  EventFilter,
  WebhookEndpoint,
  WebhookEndpointId,
} from '#domain/webhooks/model/webhook-endpoint.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import type { Expression } from '../engine/expressions.js';
import { key } from '../engine/keys.js';

/** A transaction that enqueues has a slot for each of them, and two more items. */
const MOST_ON_BOARD = 90;
const COPIES = 8;
const ENTRY = 'to_';

export interface Wanting {
  readonly id: WebhookEndpointId;
  readonly events: EventFilter;
  readonly enabled: boolean;
}

type Entry = Omit<Wanting, 'id'>;

/**
 * What the endpoints of a workspace want, in one small item: each event of a workspace is held against it, thousands in a
 * second. There are eight copies, changed together with the endpoint in one transaction, so that any of them tells the truth
 * and a partition's 3,000 reads a second are eight times as many.
 */
export class WantedBoard {
  readonly #table: DynamoTable;
  #turn = 0;

  constructor(table: DynamoTable) {
    this.#table = table;
  }

  async of(workspaceId: WorkspaceId): Promise<readonly Wanting[]> {
    this.#turn = (this.#turn + 1) % COPIES;
    const board = await this.#table.get<Record<string, unknown>>(boardKey(workspaceId, this.#turn));
    return Object.entries(board ?? {})
      .filter(([name]) => name.startsWith(ENTRY))
      .map(([name, entry]) => ({
        id: name.slice(ENTRY.length) as WebhookEndpointId,
        ...(entry as Entry),
      }));
  }
}

/** The first of them is refused where the workspace has too many. */
export function writtenOnBoards(endpoint: WebhookEndpoint): Write[] {
  return changes(endpoint, 'SET #entry = :entry ADD #endpoints :count', 1).map((write, copy) =>
    copy === 0 ? { ...write, if: HAS_ROOM } : write,
  );
}

export function changedOnBoards(endpoint: WebhookEndpoint): Write[] {
  return changes(endpoint, 'SET #entry = :entry', undefined);
}

export function wipedFromBoards(endpoint: Pick<WebhookEndpoint, 'workspaceId' | 'id'>): Write[] {
  return changes(endpoint, 'REMOVE #entry ADD #endpoints :count', -1);
}

/** Is there anything to change on the boards? */
export function looksDifferent(before: WebhookEndpoint, after: WebhookEndpoint): boolean {
  return JSON.stringify(entryOf(before)) !== JSON.stringify(entryOf(after));
}

const HAS_ROOM: Expression = {
  text: 'attribute_not_exists(#endpoints) OR #endpoints < :most',
  names: { '#endpoints': 'endpoints' },
  values: { ':most': MOST_ON_BOARD },
};

function changes(
  endpoint: Pick<WebhookEndpoint, 'workspaceId' | 'id'> & Partial<WebhookEndpoint>,
  text: string,
  count: number | undefined,
): (Write & { readonly kind: 'update' })[] {
  const { workspaceId, id, events, status } = endpoint;
  const entry = events && status && entryOf({ events, status });
  const change: Expression = {
    text,
    names: { '#entry': ENTRY + id, ...(count !== undefined && { '#endpoints': 'endpoints' }) },
    values: { ...(entry && { ':entry': entry }), ...(count !== undefined && { ':count': count }) },
  };
  return [...Array(COPIES).keys()].map((copy) => ({
    kind: 'update' as const,
    key: boardKey(workspaceId, copy),
    change,
  }));
}

function entryOf({ events, status }: Pick<WebhookEndpoint, 'events' | 'status'>): Entry {
  return { events, enabled: status.is === 'enabled' };
}

function boardKey(workspaceId: WorkspaceId, copy: number): { pk: string; sk: string } {
  return { pk: key('WHB', workspaceId, copy), sk: 'BOARD' };
}
