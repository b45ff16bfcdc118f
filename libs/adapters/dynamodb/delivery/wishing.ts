import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { ProviderEvent } from '#domain/delivery/model/provider-event.js';
import type {
  SuppressionId,
  SuppressionReason,
  SuppressionScope,
} from '#domain/delivery/model/suppression.js';
import type { DynamoTable, Write } from '../engine/dynamo-table.js';
import { to, when } from '../engine/expressions.js';
import { type SuppressionItem, suppressionKey } from './items.js';
import { type WishItem, wishKey } from './report-items.js';
import { lifting, suppressionIn } from './suppression-lifting.js';
import { suppressing } from './suppression-writes.js';

/** Whom an event is about, and what stands against them, as it was read. */
export interface Standing {
  readonly workspaceId: WorkspaceId;
  readonly address: string;
  readonly item: SuppressionItem | undefined;
  readonly scope: SuppressionScope;
  /** The last that they wished, in that scope. */
  readonly wish: WishItem | undefined;
}

export async function readStanding(
  table: DynamoTable,
  workspaceId: WorkspaceId,
  address: string,
  scope: SuppressionScope,
): Promise<Standing> {
  const [item, wish] = await Promise.all([
    table.get<SuppressionItem>(suppressionKey(workspaceId, address)),
    table.get<WishItem>(wishKey(workspaceId, address, scope)),
  ]);
  return { workspaceId, address, item, scope, wish };
}

export interface News {
  readonly reason: SuppressionReason;
  readonly scope: SuppressionScope;
  readonly at: Instant;
  readonly id: () => string;
}

/** What only an opt-in may lift gives way to what it may not; everything else stays. */
export function suppress({ workspaceId, address, item }: Standing, { reason, scope, at, id }: News): Write[] {
  const inForce = suppressionIn(item, scope);
  if (!inForce)
    return [...suppressing({ id: id() as SuppressionId, workspaceId, address, scope, reason, at })];
  if (inForce.reason !== 'opt_out' || reason === 'opt_out') return [];
  const entry = { id: inForce.id, reason, at };
  return [
    {
      kind: 'update',
      key: suppressionKey(workspaceId, address),
      change: scope === 'all' ? to`SET #all = ${entry}` : to`SET #marketing = ${entry}`,
      if: scope === 'all' ? when`#all.#id = ${inForce.id}` : when`#marketing.#id = ${inForce.id}`,
    },
  ];
}

/** Of what a person says on a matter the last counts, and of two at one instant that they want to be spared. */
export function takeWish(
  { kind, at }: Pick<ProviderEvent, 'kind' | 'at'>,
  standing: Standing,
  now: Instant,
  id: () => string,
): Write[] {
  const { workspaceId, address, item, scope, wish } = standing;
  const isLast =
    !wish || at > wish.at || (at === wish.at && kind === 'opted_out' && wish.kind === 'opted_in');
  if (!isLast) return [];
  const said: Write = {
    kind: 'put',
    item: { ...wishKey(workspaceId, address, scope), at, kind },
    if: wish ? when`#at = ${wish.at} AND #kind = ${wish.kind}` : when`attribute_not_exists(pk)`,
  };
  if (kind === 'opted_out') return [said, ...suppress(standing, { reason: 'opt_out', scope, at: now, id })];
  const lifts = item?.[scope]?.reason === 'opt_out';
  return [said, ...(lifts ? lifting(item, scope) : [])];
}
