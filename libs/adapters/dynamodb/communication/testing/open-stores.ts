import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { SystemClock } from '#adapters/system/system-clock.js';
import type { CommunicationStores } from '#ports/communication/testing/communication-stores.js';
import type { Clock } from '#ports/system/clock.js';
import type { DynamoTable } from '../../engine/dynamo-table.js';
import { DynamoOutbox } from '../../outbox/dynamo-outbox.js';
import { DynamoInbox } from '../dynamo-inbox.js';
import { DynamoNotificationTypes } from '../dynamo-notification-types.js';
import { DynamoNotifications } from '../dynamo-notifications.js';
import { DynamoProfiles } from '../dynamo-profiles.js';

export interface DynamoCommunication extends CommunicationStores {
  readonly profiles: DynamoProfiles;
  readonly notifications: DynamoNotifications;
  readonly inbox: DynamoInbox;
}

/** As one process opens them. Each look asks every partition: there are fewer of them than in production. */
export function openStores(
  table: DynamoTable,
  mostDevices?: number,
  clock: Clock = new SystemClock(),
): DynamoCommunication {
  const outbox = new DynamoOutbox(table, new CryptoRandomness());
  return {
    types: new DynamoNotificationTypes(table, 2),
    profiles: new DynamoProfiles(table, mostDevices),
    notifications: new DynamoNotifications(table, outbox, clock, { due: 2, listed: 2 }),
    inbox: new DynamoInbox(table, outbox, clock),
    untold: async () => (await outbox.untold(1000)).map(({ event }) => event),
    close: () => Promise.resolve(),
  };
}
