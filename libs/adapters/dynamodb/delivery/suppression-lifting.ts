import type { WorkspaceId } from '#domain/kernel/brand.js';
import type { Suppression, SuppressionScope } from '#domain/delivery/model/suppression.js';
import type { Write } from '../engine/dynamo-table.js';
import { fields, when } from '../engine/expressions.js';
import { suppressionIdKey, type SuppressionItem, suppressionKey } from './items.js';

/** Takes away what stands in one scope, refused at the first write if something else stands there by now. */
export function lifting(item: SuppressionItem, scope: SuppressionScope): Write[] {
  const { workspaceId, address } = item;
  const id = item[scope]?.id ?? '';
  const isIt = scope === 'all' ? when`#all.#id = ${id}` : when`#marketing.#id = ${id}`;
  const key = suppressionKey(workspaceId, address);
  const isLast = item[otherThan(scope)] === undefined;
  const alone = scope === 'all' ? when`attribute_not_exists(#marketing)` : when`attribute_not_exists(#all)`;
  return [
    isLast
      ? { kind: 'delete', key, if: when`${isIt} AND ${alone}` }
      : { kind: 'update', key, change: fields({ [scope]: undefined }), if: isIt },
    { kind: 'delete', key: suppressionIdKey(workspaceId, id) },
  ];
}

/** What stands there, the one for everything first. */
export function suppressionsOf(item: SuppressionItem): Suppression[] {
  const scopes: readonly SuppressionScope[] = ['all', 'marketing'];
  return scopes.flatMap((scope) => suppressionIn(item, scope) ?? []);
}

export function suppressionIn(
  item: SuppressionItem | undefined,
  scope: SuppressionScope,
): Suppression | undefined {
  const entry = item?.[scope];
  if (!item || !entry) return undefined;
  const { workspaceId, address } = item;
  const { id, reason, at } = entry;
  return { id: id as Suppression['id'], workspaceId: workspaceId as WorkspaceId, address, scope, reason, at };
}

function otherThan(scope: SuppressionScope): SuppressionScope {
  return scope === 'all' ? 'marketing' : 'all';
}
