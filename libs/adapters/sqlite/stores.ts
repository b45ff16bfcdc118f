import { deliveriesStore } from './delivery/deliveries-store.js';
import { dispatchesStore } from './delivery/dispatches-store.js';
import { lanesStore } from './delivery/lanes-store.js';
import { ledgerStore } from './delivery/ledger-store.js';
import { suppressionsStore } from './delivery/suppressions-store.js';
import type { SqliteStore } from './engine/store.js';

/** Every store the storage threads serve. */
export const stores: readonly SqliteStore[] = [
  dispatchesStore,
  ledgerStore,
  lanesStore,
  deliveriesStore,
  suppressionsStore,
];
