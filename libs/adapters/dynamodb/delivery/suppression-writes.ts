import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Dispatch } from '#domain/delivery/model/dispatch.js';
import type { Suppression } from '#domain/delivery/model/suppression.js';
import type { Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import {
  type SuppressionEntry,
  type SuppressionIdItem,
  suppressionIdKey,
  suppressionIndex,
  type SuppressionItem,
  suppressionKey,
} from './items.js';

/** Marketing mail also heeds what an unsubscribe left. */
export function isSuppressed(
  { purpose }: Pick<Dispatch, 'purpose'>,
  item: SuppressionItem | undefined,
): boolean {
  return item?.all !== undefined || (purpose === 'marketing' && item?.marketing !== undefined);
}

/** Refused if the dispatch must not be sent to the address. */
export function suppressionCheck(
  { workspaceId, purpose }: Pick<Dispatch, 'workspaceId' | 'purpose'>,
  address: string,
): Write {
  const free =
    purpose === 'marketing'
      ? when`attribute_not_exists(#all) AND attribute_not_exists(#marketing)`
      : when`attribute_not_exists(#all)`;
  return { kind: 'check', key: suppressionKey(workspaceId, address), if: free };
}

/** Refused, at the first of the two, if the address is suppressed in this scope already. */
export function suppressing({ id, workspaceId, address, scope, reason, at }: Suppression): [Write, Write] {
  const entry: SuppressionEntry = { id, reason, at };
  const pointer: SuppressionIdItem = { ...suppressionIdKey(workspaceId, id), address, scope };
  const named = { workspaceId, address, ...suppressionIndex(workspaceId, address) };
  return [
    {
      kind: 'update',
      key: suppressionKey(workspaceId, address),
      change: fields({ ...named, [scope]: entry }),
      if: scope === 'all' ? when`attribute_not_exists(#all)` : when`attribute_not_exists(#marketing)`,
    },
    { kind: 'put', item: { ...pointer } },
  ];
}

/** The suppression that follows from a bounce for good. */
export function hardBounce(id: string, workspaceId: WorkspaceId, address: string, at: Instant): Suppression {
  return { id: id as Suppression['id'], workspaceId, address, scope: 'all', reason: 'hard_bounce', at };
}
