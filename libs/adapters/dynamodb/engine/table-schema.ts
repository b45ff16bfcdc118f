/** An index of its own, with every attribute of the items in it. It is eventually consistent: for lists only. */
export type IndexName = 'gsi1' | 'gsi2' | 'gsi3';

/**
 * The one table. What deploys it and what creates it for an emulator both read it here, and docs/dynamodb.md says what
 * stands under which key.
 */
export const TABLE_SCHEMA = {
  partitionKey: 'pk',
  sortKey: 'sk',
  indexes: {
    gsi1: { partitionKey: 'gsi1pk', sortKey: 'gsi1sk' },
    gsi2: { partitionKey: 'gsi2pk', sortKey: 'gsi2sk' },
    gsi3: { partitionKey: 'gsi3pk', sortKey: 'gsi3sk' },
  } satisfies Record<IndexName, { partitionKey: string; sortKey: string }>,
  /** Seconds since 1970, after which DynamoDB deletes the item, up to 48 h late: whoever reads looks at it too. */
  ttl: 'ttl',
} as const;
