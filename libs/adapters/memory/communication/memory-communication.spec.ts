import { describeInboxContract } from '#ports/communication/inbox.contract.js';
import { describeNotificationTypesContract } from '#ports/communication/notification-types.contract.js';
import { describeNotificationsContract } from '#ports/communication/notifications.contract.js';
import { describeProfilesContract } from '#ports/communication/profiles.contract.js';
import type { CommunicationStores } from '#ports/communication/testing/communication-stores.js';
import { MemoryOutbox } from '../events/memory-outbox.js';
import { MemoryInbox } from './memory-inbox.js';
import { MemoryNotificationTypes } from './memory-notification-types.js';
import { MemoryNotifications } from './memory-notifications.js';
import { MemoryProfiles } from './memory-profiles.js';

async function open(): Promise<CommunicationStores> {
  const outbox = new MemoryOutbox();
  return {
    types: new MemoryNotificationTypes(),
    profiles: new MemoryProfiles(),
    notifications: new MemoryNotifications(outbox),
    inbox: new MemoryInbox(outbox),
    untold: async () => (await outbox.untold(1000)).map(({ event }) => event),
    close: async () => {},
  };
}

describeNotificationTypesContract('MemoryNotificationTypes', open);
describeProfilesContract('MemoryProfiles', open);
describeNotificationsContract('MemoryNotifications', open, 100);
describeInboxContract('MemoryInbox', open);
