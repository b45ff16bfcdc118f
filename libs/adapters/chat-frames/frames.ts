import type { MessageNamed, NewConversation } from '#domain/chat/chat.facade.js';
import type { Conversation, ConversationId } from '#domain/chat/model/conversation.js';
import type { Change, MessageId } from '#domain/chat/model/message.js';
import { NoWayIn } from '#domain/chat/model/no-way-in.js';
import { shownConversation, shownMessage, shownStanding } from '#domain/chat/model/shown-chat.js';
import { Refusal } from '#domain/kernel/refusal.js';
import type { Advanced } from '#ports/chat/message-log.js';
import type { FrameCaller } from './frame-caller.js';
import type { FrameData } from './frame-data.js';
import { positionOf, resume } from './resume.js';

type Run = (session: FrameCaller, data: FrameData) => Promise<object>;

/** Everything that a client may ask, on every transport. */
export const FRAMES: ReadonlyMap<string, Run> = new Map<string, Run>([
  ['resume', resume],
  ['conversation.open', openConversation],
  ['message.send', send],
  ['message.edit', (session, data) => change(session, data, editOf(data))],
  ['message.delete', (session, data) => change(session, data, { kind: 'delete' })],
  [
    'message.react',
    (session, data) =>
      change(session, data, { kind: 'react', emoji: data.text('emoji'), on: data.flag('on', true) }),
  ],
  ['message.pin', (session, data) => change(session, data, { kind: 'pin', on: data.flag('on', true) })],
  ['receipt.delivered', (session, data) => advance(session, data, { deliveredSeq: data.count('seq') })],
  ['receipt.read', (session, data) => advance(session, data, { readSeq: data.count('seq') })],
  ['typing', typing],
  ['room.join', join],
  ['room.leave', leave],
  ['room.broadcast', broadcast],
  ['presence.set', setPresence],
  ['token.refresh', refresh],
]);

/** One that is there is followed; another is made, and followed. */
async function openConversation(session: FrameCaller, data: FrameData): Promise<object> {
  const { tools, user } = session;
  const { conversation, created } = await tools.chat.open(user, newConversationOf(data));
  const standing = await follow(session, conversation);
  return { conversation: shownConversation(conversation), created, ...standing };
}

function newConversationOf(data: FrameData): NewConversation {
  const kind = data.choice('kind', ['direct', 'group', 'room']);
  if (kind === 'direct') return { kind, with: data.id('with') };
  return { kind, title: data.text('title'), members: data.optionalTexts('members') ?? [] };
}

async function follow(session: FrameCaller, { id }: Pick<Conversation, 'id'>): Promise<object> {
  const following = await session.tools.live.follow(session, id, 'unread');
  if (!following) throw new NoWayIn();
  return { ...following.position, ...shownStanding(following.member) };
}

async function send({ tools, user }: FrameCaller, data: FrameData): Promise<object> {
  const replyTo = data.optionalText('replyTo');
  const mentions = data.optionalTexts('mentions');
  const attachments = data.optionalTexts('attachments');
  const { message } = await tools.chat.send(user, {
    conversationId: data.id('conversationId'),
    clientMessageId: data.id('clientMessageId'),
    text: data.optionalText('text') ?? '',
    ...(replyTo !== undefined && { replyTo }),
    ...(mentions && { mentions }),
    ...(attachments && { attachments }),
  });
  const { id: messageId, conversationId, seq, sentAt } = message;
  return { messageId, conversationId, seq, sentAt: new Date(sentAt).toISOString() };
}

function editOf(data: FrameData): Change {
  return { kind: 'edit', text: data.text('text'), mentions: data.optionalTexts('mentions') ?? [] };
}

async function change({ tools, user }: FrameCaller, data: FrameData, what: Change): Promise<object> {
  const conversationId = data.id('conversationId');
  const clientChangeId = data.optionalText('clientChangeId');
  const message = await tools.chat.change(user, conversationId, namedIn(data), what, clientChangeId);
  return { message: shownMessage(message) };
}

/** One's own that has not been answered yet is named as it was sent. */
function namedIn(data: FrameData): MessageNamed {
  if (data.optionalText('clientMessageId') === undefined) return data.id('messageId') as MessageId;
  return { clientMessageId: data.id('clientMessageId') };
}

async function advance(
  { tools, user }: FrameCaller,
  data: FrameData,
  marks: { readonly deliveredSeq?: number; readonly readSeq?: number },
): Promise<object> {
  const advanced: Advanced = await tools.chat.advance(user, data.id('conversationId'), marks);
  const { member, unread, unreadMentions } = advanced;
  const { conversationId, deliveredSeq, readSeq } = member;
  return { conversationId, deliveredSeq, readSeq, unread, unreadMentions };
}

async function typing({ tools, user }: FrameCaller, data: FrameData): Promise<object> {
  await tools.chat.typing(user, data.id('conversationId'), data.flag('on', true));
  return {};
}

/** From now on what is new of it, with a position what was missed since. */
async function join(session: FrameCaller, data: FrameData): Promise<object> {
  const id = data.id('conversationId') as ConversationId;
  const position = data.any('seq') === undefined ? undefined : positionOf(data);
  const following = await session.tools.live.follow(session, id, position);
  if (!following) throw new NoWayIn();
  return { conversationId: id, ...following.position, ...shownStanding(following.member) };
}

/** This connection wants nothing more of it; its user is a member still. */
async function leave(session: FrameCaller, data: FrameData): Promise<object> {
  const conversationId = data.id('conversationId') as ConversationId;
  session.tools.live.unfollow(session, conversationId);
  return { conversationId };
}

async function broadcast({ tools, user }: FrameCaller, data: FrameData): Promise<object> {
  await tools.chat.broadcast(user, data.id('conversationId'), data.text('event'), data.any('data') ?? null);
  return {};
}

async function setPresence(session: FrameCaller, data: FrameData): Promise<object> {
  const state = data.choice('state', ['online', 'away']);
  session.tools.presence.set(session, state);
  return { state };
}

async function refresh(session: FrameCaller, data: FrameData): Promise<object> {
  const token = data.text('token');
  if (token.length > 8_192) throw new Refusal('unauthenticated', 'Send a valid user token.');
  return { expiresAt: new Date(await session.refresh(token)).toISOString() };
}
