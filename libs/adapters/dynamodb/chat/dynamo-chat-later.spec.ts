import { describe, expect, it } from '@jest/globals';
import type { ConversationId } from '#domain/chat/model/conversation.js';
import type { ScheduledMessage, ScheduledMessageId } from '#domain/chat/model/scheduled-message.js';
import { describeAbsencesContract } from '#ports/chat/absences.contract.js';
import { describeScheduledMessagesContract } from '#ports/chat/scheduled-messages.contract.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import { OneDynamo } from '../testing/one-table.js';
import { DynamoAbsences } from './dynamo-absences.js';
import { DynamoScheduledMessages } from './dynamo-scheduled-messages.js';

const dynamo = OneDynamo.forThisFile();
const close = () => Promise.resolve();

describeScheduledMessagesContract('DynamoScheduledMessages', async () => ({
  scheduled: new DynamoScheduledMessages(await dynamo.fresh()),
  close,
}));

describeAbsencesContract('DynamoAbsences', async () => ({
  absences: new DynamoAbsences(await dynamo.fresh()),
  close,
}));

describe('DynamoScheduledMessages', () => {
  const message = (n: number): ScheduledMessage => ({
    id: `sch_${n}` as ScheduledMessageId,
    workspaceId: acme,
    conversationId: 'cnv_1' as ConversationId,
    senderId: 'anna',
    text: 'Later',
    mentions: [],
    sendAt: START,
    createdAt: START,
    state: 'waiting',
  });

  it('counts those of a sender once though answers are lost, in two processes', async () => {
    const processes = [
      new DynamoScheduledMessages(await dynamo.fresh()),
      new DynamoScheduledMessages(dynamo.table()),
    ];
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 2 });
    expect(await processes[0]!.put(message(1), 3)).toBe(true);
    expect(await processes[1]!.put(message(1), 3)).toBe(true);
    const answers = await allAtOnce(6, (i) => processes[i % 2]!.put(message(i + 2), 3));
    expect(answers.filter((isKept) => isKept)).toHaveLength(2);
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    await allAtOnce(4, (i) => processes[i % 2]!.settle('sch_1'));
    expect(await processes[0]!.put(message(20), 3)).toBe(true);
    expect(await processes[1]!.put(message(21), 3)).toBe(false);
    expect(await processes[1]!.ofSender(acme, 'anna')).toHaveLength(3);
  });
});

describe('DynamoAbsences', () => {
  it('answers its own to whoever begins one and hears nothing of it', async () => {
    const absences = new DynamoAbsences(await dynamo.fresh());
    const absence = { workspaceId: acme, userId: 'anna', id: 'ntf_1', beganAt: START, told: {} } as const;
    dynamo.fake?.plan({ operation: 'PutItem', how: 'lost', times: 1 });
    expect(await absences.begin({ ...absence, state: 'telling' })).toEqual({ ...absence, state: 'telling' });
    const other = new DynamoAbsences(dynamo.table());
    const later = { ...absence, id: 'ntf_2', state: 'telling' as const };
    expect(await other.begin(later)).toMatchObject({ id: 'ntf_1' });
  });
});
