import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { acme } from '#ports/delivery/testing/delivery-stores.js';
import type { WaitingMessage, WaitingMessages } from './waiting-messages.js';

export interface WaitingUnderTest {
  readonly waiting: WaitingMessages;
  /** Of another process, over the same. */
  another(): WaitingMessages;
  /** False: it is there for targets that have nowhere to put them. */
  readonly keeps: boolean;
  close(): Promise<void>;
}

export function aWaitingMessage(
  conversationId: string,
  clientMessageId: string,
  text = clientMessageId,
): WaitingMessage {
  return { workspaceId: acme, senderId: 'anna', said: { conversationId, clientMessageId, text } };
}

export function describeWaitingMessagesContract(name: string, open: () => Promise<WaitingUnderTest>): void {
  describe(`WaitingMessages: ${name}`, () => {
    let its: WaitingUnderTest;
    let heard: WaitingMessage[];
    let waken: () => void;
    beforeEach(async () => {
      its = await open();
      heard = [];
      waken = () => {};
    });
    afterEach(async () => {
      await its.waiting.stop();
      await its.close();
    });

    const hear = (message: WaitingMessage): void => {
      heard.push(message);
      waken();
    };
    const heardAre = async (count: number): Promise<void> => {
      while (heard.length < count) await new Promise<void>((resolve) => (waken = resolve));
    };
    const names = (): string[] => heard.map(({ said }) => said.clientMessageId);
    /** What could not be kept is not given out either. */
    const put = async (message: WaitingMessage): Promise<boolean> => {
      expect(await its.waiting.put(message)).toBe(its.keeps ? 'kept' : 'not_kept');
      return its.keeps;
    };

    it('gives out what was put, as it is, to another process too', async () => {
      const whole = {
        ...aWaitingMessage('cnv_1', 'a', 'Größe "L" 🦉\n\uffff'),
        said: {
          ...{ conversationId: 'cnv_1', clientMessageId: 'a', text: 'Größe "L" 🦉\n\uffff' },
          ...{ replyTo: 'msg_1', mentions: ['ben'], attachments: ['att_1'] },
        },
      };
      if (!(await put(whole))) return;
      const other = its.another();
      other.listen(async (message) => {
        hear(message);
        return 'done';
      });
      await heardAre(1);
      expect(heard).toEqual([whole]);
      await other.stop();
    });

    it('gives out those of a conversation in their order, and each until it is done', async () => {
      const kept = await Promise.all(['a', 'b', 'c'].map((one) => put(aWaitingMessage('cnv_1', one))));
      if (!kept[0]) return;
      let refusals = 0;
      its.waiting.listen(async (message) => {
        hear(message);
        refusals += 1;
        if (refusals === 1) return 'later';
        if (refusals === 2) throw new Error('not now');
        return 'done';
      });
      await heardAre(5);
      expect(names()).toEqual(['a', 'a', 'a', 'b', 'c']);
    });

    it('lets nobody wait for another conversation', async () => {
      await put(aWaitingMessage('cnv_1', 'held'));
      if (!(await put(aWaitingMessage('cnv_2', 'free')))) return;
      let letGo = (): void => {};
      const gate = new Promise<void>((resolve) => (letGo = resolve));
      its.waiting.listen(async (message) => {
        hear(message);
        if (message.said.clientMessageId === 'held') await gate;
        return 'done';
      });
      await heardAre(2);
      expect(names().toSorted()).toEqual(['free', 'held']);
      letGo();
    });

    it('has answered what it gave out when it stops, and gives out no more', async () => {
      if (!(await put(aWaitingMessage('cnv_1', 'a')))) return its.waiting.stop();
      let isDone = false;
      let letGo = (): void => {};
      const gate = new Promise<void>((resolve) => (letGo = resolve));
      its.waiting.listen(async (message) => {
        hear(message);
        await gate;
        isDone = true;
        return 'done';
      });
      await heardAre(1);
      const stopping = its.waiting.stop();
      letGo();
      await stopping;
      expect(isDone).toBe(true);
      await put(aWaitingMessage('cnv_1', 'b'));
      const other = its.another();
      other.listen(async (message) => {
        hear(message);
        return 'done';
      });
      await heardAre(2);
      expect(names()).toEqual(['a', 'b']);
      await other.stop();
    });
  });
}
