import { describe, expect, it } from '@jest/globals';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { type ChatWithFiles, describeAttachmentsContract } from '#ports/chat/attachments.contract.js';
import { aConversation, append } from '#ports/chat/testing/chat-stores.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { OneDynamo } from '../testing/one-table.js';
import { ChatTable } from './chat-table.js';
import { DynamoAttachments } from './dynamo-attachments.js';
import { DynamoBlocks } from './dynamo-blocks.js';
import { DynamoConversations } from './dynamo-conversations.js';
import { DynamoMessageLog } from './dynamo-message-log.js';
import { DynamoScheduledMessages } from './dynamo-scheduled-messages.js';
import { DynamoOutbox } from '../outbox/dynamo-outbox.js';

const dynamo = OneDynamo.forThisFile();

function another(): ChatWithFiles {
  const chat = new ChatTable(dynamo.table(), new CryptoRandomness());
  return {
    conversations: new DynamoConversations(chat),
    log: new DynamoMessageLog(chat, new DynamoOutbox(chat.table, chat.randomness)),
    blocks: new DynamoBlocks(chat),
    attachments: new DynamoAttachments(chat),
    scheduled: new DynamoScheduledMessages(chat.table),
    close: () => Promise.resolve(),
  };
}

async function open(): Promise<ChatWithFiles> {
  await dynamo.fresh();
  return another();
}

describeAttachmentsContract('DynamoAttachments', open);

describe('DynamoAttachments', () => {
  const upload = (id: string) => ({
    ...{ id, name: 'a.png', mediaType: 'image/png', bytes: 1 },
    ...{ workspaceId: acme, uploaderId: 'anna', uploadedAt: START },
  });

  it('looks no more at what is held, and again at what is held no more', async () => {
    const its = await open();
    const of = await aConversation().openedIn(its);
    await its.attachments.insert(upload('att_1'));
    const attachments = await its.attachments.take(acme, 'anna', ['att_1'], START);
    const message = await append(its, of, { attachments });
    expect(await its.attachments.removeUnheld(START + 1e9, 10)).toEqual([]);
    const looksBefore = dynamo.fake?.journal().length ?? 0;
    expect(await another().attachments.removeUnheld(START + 1e9, 10)).toEqual([]);
    // One look at each part of the list, and none at an upload.
    expect((dynamo.fake?.journal().length ?? 16) - (dynamo.fake ? looksBefore : 0)).toBe(16);
    await its.log.cut(message.sentAt + 1, 10);
    expect(await another().attachments.removeUnheld(START + 1e9, 10)).toEqual(['att_1']);
  });

  it('inserts once, and removes once, though answers are lost', async () => {
    const its = await open();
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 2 });
    await its.attachments.insert(upload('att_1'));
    await its.attachments.insert({ ...upload('att_1'), uploaderId: 'ben' });
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    expect(await its.attachments.removeUnheld(START + 1, 10)).toEqual(['att_1']);
    expect(await its.attachments.removeUnheld(START + 1, 10)).toEqual([]);
  });

  it('keeps what two messages of two conversations hold until both are gone', async () => {
    const its = await open();
    const logs = [await aConversation().openedIn(its), await aConversation().openedIn(its)];
    await its.attachments.insert(upload('att_1'));
    const attachments = await its.attachments.take(acme, 'anna', ['att_1'], START);
    const made = [];
    for (const each of logs) made.push(await append(its, each, { attachments }));
    for (const [i, message] of made.entries()) {
      expect(await its.attachments.removeUnheld(START + 1e9, 10)).toEqual([]);
      const change = (one: typeof message) => ({ ...one, attachments: [], deletedAt: START });
      const changed = await its.log.change(logs[i]!.id, message.id, change);
      expect(changed).toMatchObject({ kind: 'changed', message: { rev: 1 } });
    }
    expect(await its.attachments.removeUnheld(START + 1e9, 10)).toEqual(['att_1']);
  });
});
