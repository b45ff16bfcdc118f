import { afterEach, beforeEach, describe } from '@jest/globals';
import { describeAccepting } from './testing/accepting.js';
import type { DeliveryStores, OpenDeliveryStores } from './testing/delivery-stores.js';
import { describeDiscarding } from './testing/discarding.js';
import { describeHistory } from './testing/history.js';
import { describeOpeningIntents } from './testing/opening-intents.js';
import { describeAskingAgain } from './testing/asking-again.js';
import { describeAskingTogether } from './testing/asking-together.js';
import { describeOpeningWhole } from './testing/opening-whole.js';
import { describeOrphans } from './testing/orphans.js';
import { describeRandomOperations } from './testing/random-operations.js';
import { describeRefusingIntents } from './testing/refusing-intents.js';
import { describeSettling } from './testing/settling.js';

/** @param runs random sequences of operations to try; each opens stores of its own */
export function describeLedgerContract(name: string, open: OpenDeliveryStores, runs = 25): void {
  describe(`Ledger: ${name}`, () => {
    describe('one step at a time', () => {
      let its: DeliveryStores;
      beforeEach(async () => {
        its = await open();
      });
      afterEach(() => its.close());

      describeAccepting(() => its);
      describeOpeningWhole(() => its);
      describeOpeningIntents(() => its);
      describeRefusingIntents(() => its);
      describeSettling(() => its);
      describeHistory(() => its);
      describeOrphans(() => its);
      describeAskingAgain(() => its);
      describeAskingTogether(() => its);
      describeDiscarding(() => its);
    });

    describeRandomOperations(open, runs);
  });
}
