import type { DatabaseSync } from 'node:sqlite';
import type { ChatEvidence, ClientEvidence } from './chat-story.js';

interface Entry {
  readonly seq: number;
  readonly id: string;
  readonly sender: string;
  readonly clientId: string;
  readonly text: string;
}

/**
 * Compares what the clients were told with the log that is left: plain SQL, and nothing of the product. Each complaint names
 * the promise it breaks.
 */
export function checkChat(db: DatabaseSync, evidence: ChatEvidence | undefined): string[] {
  if (!evidence) return [];
  const { conversationId, clients } = evidence;
  const conversation = db
    .prepare('SELECT no, seq FROM chat_conversations WHERE id = ?')
    .get(conversationId) as { no: number; seq: number } | undefined;
  if (!conversation) return [`chat: there is no conversation ${conversationId}`];
  const log = db
    .prepare(
      `SELECT seq, id, sender_id AS sender, client_id AS clientId, text FROM chat_messages
       WHERE conversation_no = ? ORDER BY seq`,
    )
    .all(conversation.no) as unknown as Entry[];
  return [
    ...checkOrder(log, conversation.seq),
    ...clients.flatMap((client) => [
      ...checkSaid(log, client),
      ...checkTold(log, client),
      ...checkMarks(db, conversation, client),
    ]),
  ];
}

/** One dense order. */
function checkOrder(log: readonly Entry[], end: number): string[] {
  const faults = log
    .filter(({ seq }, at) => seq !== at + 1)
    .map(({ seq }) => `chat order: ${seq} follows no other`);
  return log.length === end
    ? faults
    : [...faults, `chat order: it ends at ${end} and has ${log.length} messages`];
}

/** One message for each that was said, where its sender was told it is. */
function checkSaid(log: readonly Entry[], { userId, said, acks, again, refused }: ClientEvidence): string[] {
  const faults = refused.map((one) => `chat: ${userId} was refused: ${JSON.stringify(one)}`);
  for (const [clientMessageId, text] of said) {
    const found = log.filter((entry) => entry.sender === userId && entry.text === text);
    if (found.length !== 1) faults.push(`chat once: "${text}" is in the log ${found.length} times`);
    const ack = acks.find((one) => one.clientMessageId === clientMessageId);
    if (!ack) faults.push(`chat: "${text}" was never acknowledged`);
    const entry = ack && log.find(({ id }) => id === ack.messageId);
    if (ack && entry?.seq !== ack.seq)
      faults.push(
        `chat durable: "${text}" was acknowledged as ${ack.seq} and is ${entry?.seq ?? 'not there'}`,
      );
    const repeated = again.get(clientMessageId);
    if (ack && repeated && (repeated.messageId !== ack.messageId || repeated.seq !== ack.seq))
      faults.push(`chat once: "${text}" was acknowledged as ${ack.seq}, and sent again as ${repeated.seq}`);
    if (ack && repeated && repeated.sentAt !== ack.sentAt)
      faults.push(`chat once: "${text}" was sent at ${ack.sentAt}, and sent again at ${repeated.sentAt}`);
  }
  const own = log.filter(({ sender }) => sender === userId).map(({ text }) => text);
  if (own.join() !== [...said.values()].join()) faults.push(`chat order: ${userId} said ${own.join()}`);
  return faults;
}

/** Everybody sees the log, from its beginning, in its order. */
function checkTold(log: readonly Entry[], { userId, told }: ClientEvidence): string[] {
  const seen = told.map(({ seq, id, text }) => `${seq} ${id} ${text}`);
  const there = log.map(({ seq, id, text }) => `${seq} ${id} ${text}`);
  const at = there.findIndex((one, index) => seen[index] !== one);
  if (at >= 0) return [`chat told: ${userId} was told ${seen[at] ?? 'nothing'} where ${there[at]} is`];
  return seen.length > there.length
    ? [`chat told: ${userId} was told ${seen[there.length]} beyond the end`]
    : [];
}

/** Marks only move forward, and what lies behind them is unread. */
function checkMarks(
  db: DatabaseSync,
  { no, seq: end }: { no: number; seq: number },
  { userId, readSeq, wentBack, unread }: ClientEvidence,
): string[] {
  const member = db
    .prepare(
      'SELECT read_seq AS readSeq, delivered_seq AS deliveredSeq FROM chat_members WHERE conversation_no = ? AND user_id = ?',
    )
    .get(no, userId) as { readSeq: number; deliveredSeq: number } | undefined;
  if (!member) return [`chat: ${userId} is no member any more`];
  const faults = wentBack.map((step) => `chat marks: ${userId} was told of ${step}`);
  if (member.readSeq < readSeq)
    faults.push(`chat marks: ${userId} had read up to ${readSeq}, and is at ${member.readSeq}`);
  if (member.deliveredSeq < member.readSeq || member.readSeq > end)
    faults.push(`chat marks: ${userId} is at ${JSON.stringify(member)} of ${end}`);
  const behind = db
    .prepare('SELECT count(*) AS n FROM chat_messages WHERE conversation_no = ? AND seq > ?')
    .get(no, member.readSeq) as { n: number };
  if (unread !== behind.n)
    faults.push(`chat marks: ${userId} was told ${unread} are unread, and ${behind.n} are`);
  return faults;
}
