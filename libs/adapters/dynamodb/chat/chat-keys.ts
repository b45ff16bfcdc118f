import { createHash } from 'node:crypto';
import type { Instant } from '#domain/kernel/brand.js';
import { key, type Key } from '../engine/keys.js';

/** Partitions over which what belongs to all conversations is spread. */
export const CHAT_SHARDS = 16;

/** The same in every process, for ever: keys are made of it. */
export function shardOf(name: string): number {
  return (createHash('sha256').update(name).digest()[0] ?? 0) % CHAT_SHARDS;
}

export const logPartition = (conversationId: string): string => key('CHAT', conversationId);

export const metaKey = (conversationId: string): Key => ({ pk: logPartition(conversationId), sk: 'META' });

export const messageKey = (conversationId: string, seq: number): Key => ({
  pk: logPartition(conversationId),
  sk: key('MSG', seq),
});

/** Where the last change of a message stands: one of each message that was ever changed. */
export const changeKey = (conversationId: string, rev: number): Key => ({
  pk: logPartition(conversationId),
  sk: key('REV', rev),
});

export const pinKey = (conversationId: string, seq: number): Key => ({
  pk: logPartition(conversationId),
  sk: key('PIN', seq),
});

/** The words of so many messages in a row, in a partition of their own: whoever looks for something does not slow down who writes. */
export const wordsKey = (conversationId: string, block: number): Key => ({
  pk: key('CHAT-WORDS', conversationId),
  sk: key('W', block),
});

export const wordsChangedKey = (conversationId: string, block: number): Key => ({
  pk: key('CHAT-WORDS', conversationId),
  sk: key('CHANGED', block),
});

/** Which message an id names. */
export const nameKey = (conversationId: string, messageId: string): Key => ({
  pk: key('CHAT-NAME', conversationId, messageId),
  sk: 'SEQ',
});

/** Which message a client message id has made. */
export const sentKey = (conversationId: string, senderId: string, clientMessageId: string): Key => ({
  pk: key('CHAT-SENT', conversationId, senderId),
  sk: key('C', clientMessageId),
});

/** @param crowd see {@link MetaItem.crowd} */
export const crowdPartition = (conversationId: string, crowd: string): string =>
  key('CHAT-MEMBERS', conversationId, crowd);

export const memberKey = (conversationId: string, crowd: string, userId: string): Key => ({
  pk: crowdPartition(conversationId, crowd),
  sk: key('U', userId),
});

export const listPartition = (workspaceId: string, userId: string): string =>
  key('CHAT-LIST', workspaceId, userId);

export const entryKey = (
  workspaceId: string,
  userId: string,
  { id, crowd }: { readonly id: string; readonly crowd: string },
): Key => ({ pk: listPartition(workspaceId, userId), sk: key('C', id, crowd) });

/** Mentions of some of the members: a message has one item for each of these parts that it mentions somebody of. */
export const mentionPartition = (conversationId: string, userId: string): string =>
  key('CHAT-MENTIONS', conversationId, shardOf(userId));

/** Logs by the time of the oldest message in them. */
export const agePartition = (shard: number): string => key('CHAT-AGE', shard);

export const ageKey = (conversationId: string, oldestAt: Instant): Key => ({
  pk: agePartition(shardOf(conversationId)),
  sk: key(oldestAt, conversationId),
});

export const pairKey = (workspaceId: string, pair: string): Key => ({
  pk: key('CHAT-PAIR', workspaceId, pair),
  sk: 'PAIR',
});

export const blocksPartition = (workspaceId: string, userId: string): string =>
  key('CHAT-BLOCKS', workspaceId, userId);

export const fileKey = (attachmentId: string): Key => ({ pk: key('CHAT-FILE', attachmentId), sk: 'FILE' });

/** That a message holds an attachment. */
export const holdKey = (attachmentId: string, conversationId: string, seq: number): Key => ({
  pk: key('CHAT-FILE', attachmentId),
  sk: key('HELD', conversationId, seq),
});

/** That a message which is scheduled does: nobody is shown it for that. */
export const laterKey = (attachmentId: string, scheduledId: string): Key => ({
  pk: key('CHAT-FILE', attachmentId),
  sk: key('LATER', scheduledId),
});

export const loosePartition = (shard: number): string => key('CHAT-LOOSE', shard);

/** An attachment that is to be looked at: perhaps nobody holds it. `by` tells apart those who let go of it. */
export const looseKey = (attachmentId: string, at: Instant, ...by: readonly (string | number)[]): Key => ({
  pk: loosePartition(shardOf(attachmentId)),
  sk: key(at, attachmentId, ...by),
});
