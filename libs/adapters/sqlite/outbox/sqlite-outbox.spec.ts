import type { IntegrationEvent } from '#domain/kernel/events.js';
import { describeOutboxContract } from '#ports/events/outbox.contract.js';
import { OneFolder } from '../engine/testing/one-folder.js';
import { SqliteOutbox } from './sqlite-outbox.js';

const folder = OneFolder.forThisFile();

describeOutboxContract('SqliteOutbox', () => {
  const outbox = new SqliteOutbox(folder.emptied());
  const append = (event: IntegrationEvent, at: number): Promise<void> => outbox.append(event, at);
  return Promise.resolve({ outbox, append, close: () => Promise.resolve() });
});
