import { describeCapturedMailsContract } from '#ports/delivery/captured-mails.contract.js';
import { MemoryCapturedMails } from './memory-captured-mails.js';

describeCapturedMailsContract('MemoryCapturedMails', () =>
  Promise.resolve({ mails: new MemoryCapturedMails(), close: () => Promise.resolve() }),
);
