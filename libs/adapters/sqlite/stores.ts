import { campaignsStore } from './campaign/campaigns-store.js';
import { membershipsStore } from './campaign/memberships-store.js';
import { subscribersStore } from './campaign/subscribers-store.js';
import { capturedMailsStore } from './captured-mails/captured-mails-store.js';
import { absencesStore } from './chat/absences-store.js';
import { attachmentsStore } from './chat/attachments-store.js';
import { chatStore } from './chat/chat-store.js';
import { scheduledStore } from './chat/scheduled-store.js';
import { searchStore } from './chat/search-store.js';
import { inboxStore } from './communication/inbox-store.js';
import { notificationTypesStore } from './communication/notification-types-store.js';
import { notificationsStore } from './communication/notifications-store.js';
import { profilesStore } from './communication/profiles-store.js';
import { deliveriesStore } from './delivery/deliveries-store.js';
import { dispatchesStore } from './delivery/dispatches-store.js';
import { lanesStore } from './delivery/lanes-store.js';
import { ledgerStore } from './delivery/ledger-store.js';
import { providerReportsStore } from './delivery/provider-reports-store.js';
import { suppressionsStore } from './delivery/suppressions-store.js';
import type { SqliteStore } from './engine/store.js';
import { outboxStore } from './outbox/outbox-store.js';
import { storageProbeStore } from './storage-probe/storage-probe-store.js';
import { templatesStore } from './templating/templates-store.js';
import { timersStore } from './timers/timers-store.js';
import { webhooksStore } from './webhooks/webhooks-store.js';
import { apiKeysStore } from './workspace/api-keys-store.js';
import { idempotentRequestsStore } from './workspace/idempotent-requests-store.js';
import { workspacesStore } from './workspace/workspaces-store.js';

/** Every store the storage threads serve. */
export const stores: readonly SqliteStore[] = [
  outboxStore,
  timersStore,
  storageProbeStore,
  workspacesStore,
  apiKeysStore,
  idempotentRequestsStore,
  dispatchesStore,
  ledgerStore,
  lanesStore,
  deliveriesStore,
  suppressionsStore,
  providerReportsStore,
  capturedMailsStore,
  templatesStore,
  campaignsStore,
  subscribersStore,
  membershipsStore,
  notificationTypesStore,
  profilesStore,
  notificationsStore,
  inboxStore,
  absencesStore,
  chatStore,
  scheduledStore,
  searchStore,
  attachmentsStore,
  webhooksStore,
];
