import { describe, expect, it } from '@jest/globals';
import type { ConversationId, Member } from '#domain/chat/model/conversation.js';
import type { Message, MessageId } from '#domain/chat/model/message.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import type { Push, Realtime } from './realtime.js';

const conversationId = 'cnv_1' as ConversationId;
const message: Message = {
  id: 'msg_1' as MessageId,
  conversationId,
  seq: 1,
  rev: 0,
  senderId: 'anna',
  clientMessageId: 'c',
  text: 'Hello',
  mentions: [],
  attachments: [],
  reactions: {},
  sentAt: START,
};
const member: Member = {
  conversationId,
  userId: 'anna',
  role: 'member',
  joinedAt: START,
  deliveredSeq: 1,
  readSeq: 1,
};

/** Of every kind, and for conversations that nobody is connected for. */
const pushes: readonly Push[] = [
  { kind: 'message', message },
  { kind: 'change', message: { ...message, rev: 1 } },
  { kind: 'marks', member },
  { kind: 'standing', conversationId, userId: 'anna' },
  { kind: 'own', userId: 'anna', what: 'blocks' },
  { kind: 'conversation', conversationId, gone: ['ben'] },
  { kind: 'typing', conversationId, userId: 'anna', on: true },
  { kind: 'broadcast', conversationId, from: 'anna', event: 'stroke', data: { points: [[1, 2]] } },
];

/** What is told, and to whom, is the business of each transport's own tests: the port promises that telling costs nothing. */
export function describeRealtimeContract(name: string, make: () => Realtime): void {
  describe(`Realtime: ${name}`, () => {
    it.each(pushes)('never throws and never waits, told of $kind', (push) => {
      const realtime = make();
      for (let i = 0; i < 3; i++) expect(realtime.tell(acme, push)).toBeUndefined();
    });
  });
}
