import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { migrate, readMigrations } from '../engine/migrate.js';
import { readQueries } from '../engine/queries.js';
import { chatStore } from './chat-store.js';

/** SQLite's words for how it will go about a statement, https://sqlite.org/eqp.html */
describe('What the chat asks of the database', () => {
  let db: DatabaseSync;
  const queries = readQueries(chatStore.sql);
  beforeEach(() => {
    db = new DatabaseSync(':memory:');
    migrate(db, readMigrations(new URL('../migrations/', import.meta.url)));
  });
  afterEach(() => db.close());

  const planOf = (name: string): string[] => {
    const sql = queries.get(name);
    if (sql === undefined) throw new Error(`No query is named ${name}.`);
    const steps = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all() as { detail: string }[];
    return steps.map(({ detail }) => detail);
  };

  it.each([
    ['forward', 'chat_messages USING INDEX chat_messages_by_seq (conversation_no=? AND seq>? AND seq<?)'],
    ['backward', 'chat_messages USING INDEX chat_messages_by_seq (conversation_no=? AND seq<?)'],
    ['changedSince', 'chat_messages USING INDEX chat_messages_by_rev (conversation_no=? AND rev>?)'],
    ['pinned', 'chat_messages USING INDEX chat_messages_pinned (conversation_no=?)'],
    [
      'sentBefore',
      'chat_messages USING INDEX chat_messages_identity (conversation_no=? AND sender_id=? AND client_id=?)',
    ],
    [
      'smallOf',
      'chat_members USING COVERING INDEX chat_members_by_user (workspace_id=? AND user_id=? AND moved<?)',
    ],
    ['member', 'chat_members USING PRIMARY KEY (conversation_no=? AND user_id=?)'],
    ['members', 'chat_members USING PRIMARY KEY (conversation_no=? AND user_id>?)'],
    ['oldest', 'chat_conversations USING INDEX chat_conversations_by_age (oldest_at<?)'],
    [
      'conversationOfPair',
      'chat_conversations USING INDEX chat_conversations_by_pair (workspace_id=? AND pair=?)',
    ],
  ])('reads %s from an index, as far as it is asked for', (name, plan) => {
    expect(planOf(name)).toEqual([`SEARCH ${plan}`]);
  });

  it('counts mentions from their table alone, and stops in time', () => {
    expect(planOf('unreadMentions')).toContain(
      'SEARCH chat_mentions USING PRIMARY KEY (conversation_no=? AND user_id=? AND seq>?)',
    );
    expect(queries.get('unreadMentions')).toMatch(/LIMIT :most\n/);
  });

  it('puts in order only the large conversations of one user', () => {
    expect(planOf('largeOf')).toEqual([
      'SEARCH m USING COVERING INDEX chat_members_by_user (workspace_id=? AND user_id=? AND moved=?)',
      'SEARCH c USING INTEGER PRIMARY KEY (rowid=?)',
      'USE TEMP B-TREE FOR ORDER BY',
    ]);
  });

  it.each([...queries.keys()].filter((name) => name !== 'largeOf'))(
    'reads no whole table and sorts nothing for %s',
    (name) => {
      // A subquery with a limit may be counted, a row of constants be read.
      const whole = /^SCAN (?!CONSTANT ROW|\(subquery-\d+\))|TEMP B-TREE/;
      expect(planOf(name).filter((step) => whole.test(step))).toEqual([]);
    },
  );
});
