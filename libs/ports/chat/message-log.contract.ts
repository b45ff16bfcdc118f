import { afterEach, beforeEach, describe } from '@jest/globals';
import { describeAppending } from './testing/appending.js';
import { describeCatchingUp } from './testing/catching-up.js';
import { describeChanging } from './testing/changing.js';
import type { ChatStores, OpenChatStores } from './testing/chat-stores.js';
import { describeMarking } from './testing/marking.js';
import { describeRandomLog } from './testing/random-log.js';
import { describeRecalling } from './testing/recalling.js';

/** @param runs random sequences of operations to try; each opens stores of its own */
export function describeMessageLogContract(name: string, open: OpenChatStores, runs = 30): void {
  describe(`MessageLog: ${name}`, () => {
    let its: ChatStores;
    beforeEach(async () => {
      its = await open();
    });
    afterEach(() => its.close());

    describeAppending(() => its);
    describeChanging(() => its);
    describeCatchingUp(() => its);
    describeMarking(() => its);
    describeRecalling(() => its);
  });

  describeRandomLog(`MessageLog: ${name}`, open, runs);
}
