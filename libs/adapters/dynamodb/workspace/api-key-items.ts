import type { ApiKey } from '#domain/workspace/model/api-key.js';
import type { HashedApiKey } from '#ports/workspace/api-keys.js';
import type { Write } from '../engine/dynamo-table.js';
import { when } from '../engine/expressions.js';
import { key, type Key } from '../engine/keys.js';

/** All of a key stands where its token leads: the door, which asks with every request, reads one item. */
export interface ApiKeyItem extends Key, ApiKey {
  readonly hash: string;
}

/** From an id to the item above: in its workspace's list, and by itself for whoever knows nothing but the id. */
export interface ApiKeyPointer extends Key {
  readonly id: string;
  readonly workspaceId: string;
  readonly hash: string;
}

export const byHash = (hash: string): Key => ({ pk: key('APIKEY', hash), sk: 'KEY' });
export const byId = (id: string): Key => ({ pk: key('APIKEYID', id), sk: 'KEY' });
export const listOf = (workspaceId: string): string => key('APIKEYS', workspaceId);

/** The first is refused if there is a key of that id, the second if one has that hash. */
export function insertsOf(apiKey: ApiKey, tokenHash: Uint8Array): Write[] {
  const hash = Buffer.from(tokenHash).toString('hex');
  const { id, workspaceId } = apiKey;
  const pointer = { id, workspaceId, hash };
  const absent = when`attribute_not_exists(pk)`;
  return [
    { kind: 'put', item: { ...byId(id), ...pointer }, if: absent },
    { kind: 'put', item: { ...byHash(hash), ...apiKey, hash }, if: absent },
    { kind: 'put', item: { pk: listOf(workspaceId), sk: key(id), ...pointer } },
  ];
}

export function apiKeyOf(item: ApiKeyItem): ApiKey {
  const { id, workspaceId, name, scopes, origin, createdAt, lastUsedAt, revokedAt } = item;
  return { id, workspaceId, name, scopes, origin, createdAt, lastUsedAt, revokedAt };
}

export function hashedApiKeyOf(item: ApiKeyItem): HashedApiKey {
  return { ...apiKeyOf(item), tokenHash: new Uint8Array(Buffer.from(item.hash, 'hex')) };
}
