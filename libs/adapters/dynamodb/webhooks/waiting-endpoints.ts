import type { Instant } from '#domain/kernel/brand.js';
import type { WebhookEndpointId } from '#domain/webhooks/model/webhook-endpoint.js';
import type { Randomness } from '#ports/system/randomness.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { type Expression, to, when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';
import { type EndpointName, shardOf, SPREAD } from './webhook-items.js';

/** An endpoint that something may be pending at. Not in the index while nothing is. */
export interface Waiting extends EndpointName {
  /** Never later than what is due first, but while somebody has the turn. */
  readonly nextAt: Instant;
}

type LaneItem = Key & Partial<Waiting> & EndpointName & { readonly turn?: string };

/** Of those hurried here and not yet looked at: a process that only enqueues must not gather them for ever. */
const MOST_HINTS = 1_000;

/**
 * Which endpoints have something to be posted, those first that wait longest.
 *
 * Nothing may be forgotten because one looks while another adds. So whoever looks takes a turn before, and what they write
 * down after counts only if the turn is still theirs; whoever adds looks here when the addition has committed, and ends a turn
 * that is under way. An addition that the looker could not see has come after the turn began, and so has ended it.
 *
 * The index lags: what this process has hurried itself it knows without it.
 */
export class WaitingEndpoints {
  readonly #table: DynamoTable;
  readonly #randomness: Randomness;
  readonly #hints = new Map<string, Waiting>();

  constructor(table: DynamoTable, randomness: Randomness) {
    this.#table = table;
    this.#randomness = randomness;
  }

  /** After something was added that is due then. */
  async hurry(endpoint: EndpointName, at: Instant): Promise<void> {
    for (;;) {
      const lane = await this.#table.get<LaneItem>(laneKey(endpoint));
      const isListed = lane?.nextAt !== undefined && lane.nextAt <= at;
      if (isListed && lane.turn === undefined) break;
      const seen = lane?.nextAt;
      const { kind } = isListed
        ? await this.#table.update(laneKey(endpoint), to`REMOVE #turn`, when`#turn = ${lane.turn}`)
        : await this.#table.update(
            laneKey(endpoint),
            listed(endpoint, at),
            seen === undefined ? when`attribute_not_exists(#nextAt)` : when`#nextAt = ${seen}`,
          );
      if (kind === 'done') break;
    }
    const hint = this.#hints.get(laneKey(endpoint).pk);
    if (hint ? at < hint.nextAt : this.#hints.size < MOST_HINTS)
      this.#hints.set(laneKey(endpoint).pk, { ...nameOf(endpoint), nextAt: at });
  }

  async first(limit: number): Promise<readonly Waiting[]> {
    const shards = [...Array(SPREAD).keys()].map((shard) => key('WHWAIT', shard));
    const found = await Promise.all(
      shards.map((pk) => this.#table.list<LaneItem & Waiting>({ index: 'gsi1', pk, limit })),
    );
    const waiting = new Map<string, Waiting>(found.flat().map((lane) => [lane.pk, lane]));
    for (const [pk, hint] of this.#hints) {
      const listed = waiting.get(pk);
      if (!listed || hint.nextAt < listed.nextAt) waiting.set(pk, hint);
    }
    return [...waiting.values()].sort((a, b) => a.nextAt - b.nextAt).slice(0, limit);
  }

  /** Before looking what is due there. Undefined where the endpoint is gone. */
  async turn(endpoint: EndpointName): Promise<string | undefined> {
    this.#hints.delete(laneKey(endpoint).pk);
    const turn = Buffer.from(this.#randomness.bytes(9)).toString('base64url');
    const change = to`SET #turn = ${turn}`;
    const { kind } = await this.#table.update(laneKey(endpoint), change, when`attribute_exists(pk)`);
    return kind === 'done' ? turn : undefined;
  }

  /** After it: when there is something to do next. */
  async rest(endpoint: EndpointName, turn: string, nextAt: Instant | undefined): Promise<void> {
    const change =
      nextAt === undefined ? to`REMOVE #nextAt, #gsi1pk, #gsi1sk, #turn` : listed(endpoint, nextAt);
    await this.#table.update(laneKey(endpoint), change, when`#turn = ${turn}`);
  }

  async forget(endpoint: EndpointName, turn: string): Promise<void> {
    await this.#table.delete(laneKey(endpoint), when`#turn = ${turn}`);
  }
}

/** Of an endpoint that is enabled again, in the transaction that does it: whatever had been pending is looked at. */
export function listedAgain(endpoint: EndpointName): Write {
  return { kind: 'update', key: laneKey(endpoint), change: listed(endpoint, 0) };
}

export function unlisted(endpoint: EndpointName): Write {
  return { kind: 'delete', key: laneKey(endpoint) };
}

function listed(endpoint: EndpointName, nextAt: Instant): Expression {
  const { workspaceId, endpointId } = endpoint;
  return to`SET #nextAt = ${nextAt}, #gsi1pk = ${key('WHWAIT', shardOf(endpointId))},
    #gsi1sk = ${key(nextAt, workspaceId, endpointId)}, #workspaceId = ${workspaceId}, #endpointId = ${endpointId}
    REMOVE #turn`;
}

function nameOf({ workspaceId, endpointId }: EndpointName): EndpointName {
  return { workspaceId, endpointId };
}

function laneKey({ workspaceId, endpointId }: EndpointName): Key {
  return { pk: key('WHL', workspaceId, endpointId), sk: 'LANE' };
}

/** Who holds how many is counted by id. */
export function heldOf(held: ReadonlyMap<WebhookEndpointId, number>, { endpointId }: EndpointName): number {
  return held.get(endpointId) ?? 0;
}
