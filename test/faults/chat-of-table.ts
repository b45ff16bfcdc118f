import type { DatabaseSync } from 'node:sqlite';
import { number, ofKind, text, type WireItem } from './wire-item.js';

/** Conversations with their members and logs as the embedded target has them in its file. */
export function writeChat(db: DatabaseSync, items: readonly WireItem[]): void {
  db.exec(`CREATE TABLE chat_conversations (no INTEGER PRIMARY KEY, id TEXT, seq INTEGER);
    CREATE TABLE chat_messages (conversation_no INTEGER, seq INTEGER, id TEXT, sender_id TEXT, client_id TEXT, text TEXT);
    CREATE TABLE chat_members (conversation_no INTEGER, user_id TEXT, read_seq INTEGER, delivered_seq INTEGER);`);
  const conversation = db.prepare('INSERT INTO chat_conversations VALUES (?, ?, ?)');
  const message = db.prepare('INSERT INTO chat_messages VALUES (?, ?, ?, ?, ?, ?)');
  const member = db.prepare('INSERT INTO chat_members VALUES (?, ?, ?, ?)');
  for (const [at, meta] of ofKind(items, 'CHAT', 'META').entries()) {
    const [no, id] = [at + 1, text(meta['id'])];
    conversation.run(no, id, number(meta['seq']));
    for (const item of items) {
      if (text(item['pk']) !== `CHAT#${id}` || !text(item['sk']).startsWith('MSG#')) continue;
      const { text: words } = JSON.parse(text(item['said'])) as { text: string };
      const [name, sender, client] = [item['id'], item['senderId'], item['clientMessageId']].map(text);
      message.run(no, number(item['seq']), name ?? '', sender ?? '', client ?? '', words);
    }
    // Those of another crowd were written by an opening that came to nothing.
    const crowd = `CHAT-MEMBERS#${id}#${text(meta['crowd'])}`;
    for (const item of items.filter(({ pk }) => text(pk) === crowd))
      member.run(no, text(item['userId']), number(item['readSeq']), number(item['deliveredSeq']));
  }
}
