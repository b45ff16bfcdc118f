import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { loggedMessage } from '#domain/chat/model/logged.js';
import type { Conversation } from '#domain/chat/model/conversation.js';
import type { Message } from '#domain/chat/model/message.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import type { Outbox } from '#ports/events/outbox.js';
import { aConversation, aDraft, type ChatStores, edit, messageIn } from './testing/chat-stores.js';

export interface ChatWithOutbox extends ChatStores {
  readonly outbox: Outbox;
}

/** What is in the outbox of messages, in the order of their telling. */
export async function announcedIn({
  outbox,
}: ChatWithOutbox): Promise<readonly (readonly [string, Message])[]> {
  return (await outbox.untold(10_000)).flatMap(({ event }) =>
    event.type === 'message.logged' ? [[event.change, loggedMessage(event).message] as const] : [],
  );
}

/** What the log promises of events. */
export function describeAnnouncingContract(name: string, open: () => Promise<ChatWithOutbox>): void {
  describe(`MessageLog, announced: ${name}`, () => {
    let its: ChatWithOutbox;
    let of: Conversation;
    beforeEach(async () => {
      its = await open();
      of = await aConversation().openedIn(its);
    });
    afterEach(() => its.close());

    const say = (change: Parameters<typeof aDraft>[1] = {}, announced = true) =>
      its.log.append(acme, aDraft(of, change), announced);
    const changeIt = ({ id }: Message, decide: (message: Message) => Message, announced = true) =>
      its.log.change(of.id, id, decide, undefined, announced);

    it('commits with each message and each change an event that holds it as it was then', async () => {
      const attachments = [{ id: 'att_1', name: 'ö', mediaType: 'text/plain', bytes: 1 }];
      const message = messageIn(await say({ mentions: ['ben'], attachments }));
      const edited = await changeIt(message, edit('Edited'));
      const deleted = await changeIt(message, (one) => ({ ...one, text: '', deletedAt: START }));
      expect(await announcedIn(its)).toEqual([
        ['created', message],
        ['updated', edited?.message],
        ['deleted', deleted?.message],
      ]);
    });

    it('tells of each of many at once, whatever place it gets', async () => {
      const made = await allAtOnce(30, () => say());
      const bySeq = (one: Message, other: Message): number => one.seq - other.seq;
      const told = (await announcedIn(its)).map(([, message]) => message);
      expect([...told].sort(bySeq)).toEqual(made.map(messageIn).sort(bySeq));
    });

    it('has no event of what nobody is to be told of, was there before or is not taken', async () => {
      const message = messageIn(await say({ clientMessageId: 'c1' }, false));
      await say({ clientMessageId: 'c1' });
      await say({ senderId: 'dora' });
      await changeIt(message, (same) => same);
      await changeIt(message, edit('Edited'), false);
      const refuse = (): never => {
        throw new Error('no');
      };
      await expect(changeIt(message, refuse)).rejects.toThrow('no');
      expect(await announcedIn(its)).toEqual([]);
    });
  });
}
