import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { FieldFault } from '#domain/kernel/refusal.js';
import type { ListId } from '#domain/campaign/model/campaign.js';
import { faultsOfAttributes, mergedAttributes, type Subscriber } from '#domain/campaign/model/subscriber.js';
import type { Put, Upsert } from '#ports/campaign/subscribers.js';
import type { Standing, Taken } from './people-items.js';

/** What is said of a person, by a request or by a line of an import. */
export interface Row extends Upsert {
  readonly line?: number;
}

export interface Taking {
  readonly workspaceId: WorkspaceId;
  readonly listIds: readonly ListId[];
  readonly now: Instant;
  /** The rows are lines of it, in their order. */
  readonly importId?: string;
}

export type Outcome =
  { readonly kind: 'put'; readonly put: Put } | { readonly kind: 'refused'; readonly fault: FieldFault };

export interface TakenRows {
  /** The standing itself where nothing changes. */
  readonly after: Standing;
  /** One for each row. */
  readonly outcomes: readonly Outcome[];
}

/**
 * What all that is said at once of one address makes of what is known of it. Lines that this import has told already change
 * nothing and have the outcome that they had then: so a batch that is done again counts what it counted.
 */
export function takeRows(before: Standing, rows: readonly Row[], taking: Taking): TakenRows {
  let { subscriber } = before;
  let isAnew = false;
  const outcomes = rows.map((row): Outcome => {
    const known = outcomeThen(before, row, taking);
    if (known) return known;
    const outcome = put(subscriber, row, taking);
    if (outcome.kind === 'put') {
      subscriber = outcome.put.subscriber;
      isAnew = true;
    }
    return outcome;
  });
  const isJoining = subscriber && (rows.length === 0 || outcomes.some(({ kind }) => kind === 'put'));
  const joined = isJoining ? joinedLists(before, taking.listIds) : [];
  if (!subscriber || (!isAnew && joined.length === 0)) return { after: before, outcomes };
  const taken = isAnew ? takenBy(before.taken, rows, outcomes, taking) : before.taken;
  const { left } = before;
  return {
    after: { subscriber, lists: [...before.lists, ...joined], left, ...(taken && { taken }) },
    outcomes,
  };
}

/** Whoever left by their own wish stays away. */
function joinedLists({ lists, left }: Standing, listIds: readonly ListId[]): ListId[] {
  return [...new Set(listIds)].filter((list) => !lists.includes(list) && left[list] === undefined);
}

function outcomeThen({ subscriber, taken }: Standing, { line }: Row, taking: Taking): Outcome | undefined {
  if (!subscriber || !taken || line === undefined) return undefined;
  if (taken.importId !== taking.importId || line > taken.line) return undefined;
  const refused = taken.refused.find((one) => one.line === line);
  if (refused) return { kind: 'refused', fault: refused.fault };
  return { kind: 'put', put: { subscriber, created: taken.made === line } };
}

function put(known: Subscriber | undefined, { id, facts }: Row, { workspaceId, now }: Taking): Outcome {
  const { attributes, ...said } = facts;
  if (!known) {
    const made = { ...said, attributes: { ...attributes }, id, workspaceId, createdAt: now, updatedAt: now };
    return { kind: 'put', put: { subscriber: made, created: true } };
  }
  const all = mergedAttributes(known.attributes, attributes);
  const [fault] = attributes === undefined ? [] : faultsOfAttributes(all);
  if (fault) return { kind: 'refused', fault };
  return {
    kind: 'put',
    put: { subscriber: { ...known, ...said, attributes: all, updatedAt: now }, created: false },
  };
}

function takenBy(
  before: Taken | undefined,
  rows: readonly Row[],
  outcomes: readonly Outcome[],
  { importId }: Taking,
): Taken | undefined {
  const last = rows.at(-1)?.line;
  if (importId === undefined || last === undefined) return before;
  const isCreated = (one: Outcome | undefined): boolean => one?.kind === 'put' && one.put.created;
  const made = rows.find((_, at) => isCreated(outcomes[at]))?.line;
  const refused = rows.flatMap(({ line = 0 }, at) => {
    const outcome = outcomes[at];
    return outcome?.kind === 'refused' ? [{ line, fault: outcome.fault }] : [];
  });
  const madeBefore = before?.importId === importId ? before.made : undefined;
  return { importId, line: last, made: made ?? madeBefore, refused };
}
