import { describeInboxContract } from '#ports/communication/inbox.contract.js';
import { describeNotificationTypesContract } from '#ports/communication/notification-types.contract.js';
import { describeNotificationsContract } from '#ports/communication/notifications.contract.js';
import { describeProfilesContract } from '#ports/communication/profiles.contract.js';
import type { CommunicationStores } from '#ports/communication/testing/communication-stores.js';
import { OneDynamo } from '../testing/one-table.js';
import { openStores } from './testing/open-stores.js';

const dynamo = OneDynamo.forThisFile();
/** An emulator makes one item after the other. */
const MOST_DEVICES_HERE = 40;
const MANY_HERE = 150;

async function open(): Promise<CommunicationStores> {
  const stores = openStores(await dynamo.fresh(), MOST_DEVICES_HERE);
  return { ...stores, notifications: dynamo.caughtUpFor(stores.notifications, 'page') };
}

describeNotificationTypesContract('DynamoNotificationTypes', open);
describeProfilesContract('DynamoProfiles', open, MOST_DEVICES_HERE);
describeNotificationsContract('DynamoNotifications', open, 3, MANY_HERE);
describeInboxContract('DynamoInbox', open);
