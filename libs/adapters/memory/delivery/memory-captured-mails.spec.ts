import { describeCapturedMailsContract } from '#ports/delivery/captured-mails.contract.js';
import { START } from '#ports/delivery/testing/delivery-stores.js';
import { MemoryOutbox } from '../events/memory-outbox.js';
import { CountingIds } from '../system/counting-ids.js';
import { DrivenClock } from '../system/driven-clock.js';
import { MemoryCapturedMails } from './memory-captured-mails.js';
import { MemoryDeliveryBackbone } from './memory-delivery-backbone.js';
import { MemoryDispatches } from './memory-dispatches.js';

describeCapturedMailsContract('MemoryCapturedMails', () => {
  const backbone = new MemoryDeliveryBackbone(new MemoryOutbox(), new CountingIds(), new DrivenClock(START));
  return Promise.resolve({
    mails: new MemoryCapturedMails(backbone.dispatches),
    dispatches: new MemoryDispatches(backbone),
    close: () => Promise.resolve(),
  });
});
