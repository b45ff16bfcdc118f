import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import type { InboxItem } from '#domain/communication/model/inbox-item.js';
import type { NotificationId } from '#domain/communication/model/notification.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import { itemOf, type StoredItem } from '../communication/inbox-items.js';
import type { NotificationItem } from '../communication/notification-items.js';

/** What of a record of the table's stream is read. Numbers are texts, binaries base64. */
export interface StreamRecord {
  readonly eventName?: string;
  readonly dynamodb?: { readonly NewImage?: Readonly<Record<string, unknown>> };
}

/**
 * What rings, when it is put for the first time: a function is called for nothing else of the stream. By what the partition key begins
 * with and, where a partition holds other things too, by the sort key.
 */
export const RINGING = {
  event: { pk: 'OUTBOX#', sk: undefined },
  notification: { pk: 'NTF#', sk: 'NTF' },
  inboxItem: { pk: 'INBOXITEM#', sk: 'ITEM' },
} as const;

export interface Rung {
  /** Numbers of events in the outbox. */
  readonly events: readonly number[];
  /** Accepted just now, due or not. */
  readonly notifications: readonly { readonly workspaceId: WorkspaceId; readonly id: NotificationId }[];
  readonly inboxItems: readonly InboxItem[];
}

/** Whatever else the stream tells of is passed over. */
export function readRecords(records: readonly StreamRecord[]): Rung {
  const images = records.flatMap(({ dynamodb }) => (dynamodb?.NewImage ? [imageOf(dynamodb.NewImage)] : []));
  const of = ({ pk, sk }: (typeof RINGING)[keyof typeof RINGING]) =>
    images.filter((one) => String(one['pk']).startsWith(pk) && (sk === undefined || one['sk'] === sk));
  return {
    events: of(RINGING.event).flatMap(({ seq }) => (Number.isSafeInteger(seq) ? [seq as number] : [])),
    notifications: of(RINGING.notification).map((image) => {
      const { workspaceId, id } = image as unknown as NotificationItem;
      return { workspaceId: workspaceId as WorkspaceId, id: id as NotificationId };
    }),
    inboxItems: of(RINGING.inboxItem).map((image) => itemOf(image as unknown as StoredItem)),
  };
}

function imageOf(image: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return unmarshall(image as Record<string, AttributeValue>);
}
