import { describe, expect, it } from '@jest/globals';
import { CryptoRandomness } from '#adapters/system/crypto-randomness.js';
import { describeBlocksContract } from '#ports/chat/blocks.contract.js';
import { describeConversationsContract } from '#ports/chat/conversations.contract.js';
import { describeMessageLogContract } from '#ports/chat/message-log.contract.js';
import {
  aConversation,
  aDraft,
  aMember,
  append,
  appendMany,
  type ChatStores,
  edit,
  numbers,
  seqsOf,
  wholeLog,
} from '#ports/chat/testing/chat-stores.js';
import { acme, START } from '#ports/delivery/testing/delivery-stores.js';
import { allAtOnce } from '#ports/delivery/testing/worker.js';
import { OneDynamo } from '../testing/one-table.js';
import { ChatTable } from './chat-table.js';
import { DynamoBlocks } from './dynamo-blocks.js';
import { DynamoConversations } from './dynamo-conversations.js';
import { DynamoMessageLog } from './dynamo-message-log.js';
import { DynamoOutbox } from '../outbox/dynamo-outbox.js';

const dynamo = OneDynamo.forThisFile();

/** What one process has of the table. */
function another(): ChatStores {
  const chat = new ChatTable(dynamo.table(), new CryptoRandomness());
  return {
    conversations: new DynamoConversations(chat),
    log: new DynamoMessageLog(chat, new DynamoOutbox(chat.table, chat.randomness)),
    blocks: new DynamoBlocks(chat),
    close: () => Promise.resolve(),
  };
}

async function open(): Promise<ChatStores> {
  await dynamo.fresh();
  return another();
}

describeConversationsContract('DynamoConversations', open);
describeMessageLogContract('DynamoMessageLog', open, 5);
describeBlocksContract('DynamoBlocks', open);

describe('DynamoMessageLog', () => {
  const transactions = (): number =>
    dynamo.fake?.journal().filter(({ operation }) => operation === 'TransactWriteItems').length ?? 0;
  const lose = (times = 1): void =>
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times });

  it('has one dense order, whoever of several processes appends', async () => {
    const processes = [await open(), another(), another()];
    const of = await aConversation().openedIn(processes[0]!);
    const made = await allAtOnce(45, (i) => append(processes[i % 3]!, of));
    const kept = await wholeLog(another(), of);
    expect(seqsOf(kept)).toEqual(numbers(1, 45));
    expect(made.sort((a, b) => a.seq - b.seq)).toEqual(kept);
  });

  it('writes in one transaction what is said at once', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    const before = transactions();
    await allAtOnce(20, () => append(stores, of));
    expect(transactions() - before).toBeLessThanOrEqual(2);
    expect(seqsOf(await wholeLog(stores, of))).toEqual(numbers(1, 20));
  });

  it('makes one message of one whose answer was lost, and answers it to whoever asks after it elsewhere', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    lose(2);
    const draft = aDraft(of, { clientMessageId: 'c1' });
    const answer = await stores.log.append(acme, draft);
    expect(answer).toMatchObject({ kind: 'appended', isNew: true, message: { seq: 1 } });
    // We died before we could say so; it is sent again, by another name, to another process.
    const again = await another().log.append(acme, aDraft(of, { clientMessageId: 'c1' }));
    expect(again).toEqual({ ...answer, isNew: false });
    expect(seqsOf(await wholeLog(stores, of))).toEqual([1]);
  });

  it('makes one message of one that is sent to two processes at once', async () => {
    const processes = [await open(), another()];
    const of = await aConversation().openedIn(processes[0]!);
    const answers = await allAtOnce(10, (i) =>
      processes[i % 2]!.log.append(acme, aDraft(of, { clientMessageId: 'c1' })),
    );
    expect(answers.filter((answer) => answer.kind === 'appended' && answer.isNew)).toHaveLength(1);
    expect(seqsOf(await wholeLog(another(), of))).toEqual([1]);
  });

  it('loses none of those who were said together with one that cannot be kept', async () => {
    const stores = await open();
    const of = await aConversation().openedIn(stores);
    const taken = await append(stores, of);
    const send = (change: Parameters<typeof aDraft>[1]) => stores.log.append(acme, aDraft(of, change));
    const results = await Promise.allSettled([
      send({ text: 'a' }),
      send({ text: 'x'.repeat(500_000) }),
      send({ text: 'b' }),
      send({ id: taken.id }),
      send({ text: 'c' }),
    ]);
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    const kept = await wholeLog(stores, of);
    expect(seqsOf(kept)).toEqual([1, 2, 3, 4]);
    expect(kept.slice(1).map(({ text }) => text)).toEqual(['a', 'b', 'c']);
  });

  it('makes one change of one whose answer was lost, and loses none of two processes', async () => {
    const processes = [await open(), another()];
    const of = await aConversation().openedIn(processes[0]!);
    const { id } = await append(processes[0]!, of);
    lose();
    expect(await processes[0]!.log.change(of.id, id, edit('one'))).toMatchObject({ message: { rev: 1 } });
    const answers = await allAtOnce(12, (i) => processes[i % 2]!.log.change(of.id, id, edit(`by ${i}`)));
    const revs = answers.map((answer) => answer?.message.rev ?? 0);
    expect(revs.sort((a, b) => a - b)).toEqual(numbers(2, 13));
    const { changes } = await another().log.since(of.id, { seq: 1, rev: 0 }, 10);
    expect(changes.map(({ rev }) => rev)).toEqual([13]);
  });

  it('takes nothing from who was removed, or is blocked, by another process', async () => {
    const [one, other] = [await open(), another()];
    const group = await aConversation().openedIn(one);
    const direct = await aConversation().between('anna', 'ben').openedIn(one);
    for (const each of [group, direct]) await append(one, each, { senderId: 'ben' });
    await other.conversations.removeMember(group.id, 'ben', START);
    await other.blocks.put(acme, 'anna', 'ben');
    const send = (of: typeof group) => one.log.append(acme, aDraft(of, { senderId: 'ben' }));
    expect([await send(group), await send(direct)]).toEqual([{ kind: 'no_member' }, { kind: 'blocked' }]);
  });

  it('moves a small conversation in the list of one whom another process has brought in', async () => {
    const [one, other] = [await open(), another()];
    const first = await aConversation().openedIn(one);
    await append(one, first);
    await other.conversations.putMember(aMember(first, 'dora'));
    const second = await aConversation().with('dora').openedIn(other);
    await append(one, first);
    const { data } = await other.conversations.ofUser(acme, 'dora', { limit: 5 });
    expect(data.map(({ conversation }) => conversation.id)).toEqual([first.id, second.id]);
  });

  it('shows no hole to who reads while another process cuts and a third one appends', async () => {
    const [one, other, reader] = [await open(), another(), another()];
    const of = await aConversation().openedIn(one);
    await appendMany(one, of, 30);
    const writing = Promise.all([
      allAtOnce(20, () => append(one, of)),
      (async () => {
        for (let left = 25; left > 0; left -= 5) await other.log.cut(START + 9e9, 5);
      })(),
    ]);
    for (let turn = 0; turn < 10; turn++) {
      const { messages, cutSeq = 0 } = await reader.log.since(of.id, { seq: 0, rev: 0 }, 100);
      expect(seqsOf(messages)).toEqual(numbers(cutSeq + 1, cutSeq + messages.length));
    }
    await writing;
    expect(seqsOf(await wholeLog(reader, of))).toEqual(numbers(26, 50));
  });
});

describe('DynamoConversations', () => {
  const people = (prefix: string) => numbers(1, 60).map((i) => `${prefix} ${i}`);

  it('makes one of a large one that two processes open at once, with the people of one of them only', async () => {
    const processes = [await open(), another()];
    const builders = ['left', 'right'].map((name) =>
      aConversation()
        .ofKind('room')
        .with(...people(name)),
    );
    const { id } = builders[0]!.build();
    const answers = await allAtOnce(2, (i) => {
      const conversation = { ...builders[i]!.build(), id };
      const members = people(['left', 'right'][i]!).map((user) => aMember(conversation, user));
      return processes[i]!.conversations.open(conversation, members);
    });
    expect(answers.filter(({ created }) => created)).toHaveLength(1);
    const [winner, loser] = answers[0]!.created ? ['left', 'right'] : ['right', 'left'];
    expect([...(await another().conversations.userIds(id))].sort()).toEqual(people(winner!).sort());
    expect(await another().conversations.memberOf(id, `${loser} 1`)).toBeUndefined();
    const ofLoser = await another().conversations.ofUser(acme, `${loser} 1`, { limit: 5 });
    expect(ofLoser.data).toEqual([]);
  });

  it('has none of the people of an opening that died before it was whole', async () => {
    await open();
    const dying = Object.assign(dynamo.table(), {
      transact: () => Promise.reject(new Error('We die here.')),
    });
    const dead = new DynamoConversations(new ChatTable(dying, new CryptoRandomness()));
    const room = aConversation().ofKind('room');
    const left = room.with(...people('left'));
    await expect(dead.open(left.build(), left.members())).rejects.toThrow('We die here.');
    const stores = another();
    expect(await stores.conversations.memberOf(left.build().id, 'left 1')).toBeUndefined();
    const right = room.with(...people('right'));
    expect(await stores.conversations.open(right.build(), right.members())).toMatchObject({ created: true });
    const { id } = right.build();
    expect([...(await stores.conversations.userIds(id))].sort()).toEqual(people('right').sort());
    expect((await stores.conversations.ofUser(acme, 'left 1', { limit: 5 })).data).toEqual([]);
    const said = await stores.log.append(acme, aDraft(right.build(), { senderId: 'left 1' }));
    expect(said).toEqual({ kind: 'no_member' });
  });

  it('is opened once though its answer is lost', async () => {
    const stores = await open();
    const builder = aConversation().between('anna', 'ben');
    dynamo.fake?.plan({ operation: 'TransactWriteItems', how: 'lost', times: 1 });
    expect(await stores.conversations.open(builder.build(), builder.members())).toMatchObject({
      created: true,
    });
    const again = aConversation().between('ben', 'anna');
    expect(await another().conversations.open(again.build(), again.members())).toEqual({
      conversation: builder.build(),
      created: false,
    });
  });

  it('is full for two processes together', async () => {
    const processes = [await open(), another()];
    const of = await aConversation()
      .with(...numbers(1, 254).map((i) => `user ${i}`))
      .openedIn(processes[0]!);
    const answers = await allAtOnce(6, (i) =>
      processes[i % 2]!.conversations.putMember(aMember(of, `late ${i}`)).then(
        () => 'put',
        (error: { code: string }) => error.code,
      ),
    );
    expect(answers.filter((answer) => answer === 'put')).toHaveLength(2);
    expect(await another().conversations.userIds(of.id)).toHaveLength(256);
  });
});
