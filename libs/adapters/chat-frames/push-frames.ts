import {
  shownConversation,
  shownMessage,
  shownPresence,
  shownStanding,
} from '#domain/chat/model/shown-chat.js';
import type { Durable, Ephemeral } from '#domain/chat/application/follower.js';
import type { Told } from '#domain/chat/application/live-log.js';
import type { PushFrame } from './wire.js';

type Worded = Omit<PushFrame, 'size' | 'json'>;

/** On what is told stands how it was put: what is told to thousands is put into words once. No WeakMap: ADR 19. */
const FRAME = Symbol('frame');

interface Framed {
  [FRAME]?: PushFrame;
}

export function frameOf(event: Durable | Ephemeral): PushFrame {
  // The same change is told to each of many in an envelope of its own.
  const told: Framed & { readonly kind: string } = event.kind === 'told' ? event.told : event;
  return (told[FRAME] ??= encoded(worded(event)));
}

/** Put into words: for what is told to few, and not again. */
export function encoded(worded: Worded): PushFrame {
  const json = JSON.stringify(worded.payload);
  return { ...worded, json, size: json.length + worded.event.length };
}

function worded(event: Durable | Ephemeral): Worded {
  switch (event.kind) {
    case 'told':
      return wordedTold(event.conversationId, event.told);
    case 'conversation': {
      const conversation = shownConversation(event.conversation);
      return {
        event: 'conversation.updated',
        payload: { conversationId: conversation.id, removed: false, conversation },
      };
    }
    case 'standing': {
      const { conversationId } = event.member;
      const payload = { conversationId, removed: false, me: shownStanding(event.member) };
      return { event: 'conversation.updated', payload };
    }
    case 'own':
      return { event: `${event.what}.updated`, payload: {} };
    case 'left': {
      const { conversationId } = event;
      return { event: 'conversation.updated', payload: { conversationId, removed: true } };
    }
    case 'marks':
      return { event: 'receipt.updated', payload: event.marks };
    case 'typing': {
      const { conversationId, userId, on } = event;
      const payload = { conversationId, userId, on };
      return { event: 'typing', payload, replaces: `typing ${conversationId} ${userId}` };
    }
    case 'broadcast': {
      const { conversationId, from, event: name, data } = event;
      return { event: 'room.event', payload: { conversationId, from, event: name, data } };
    }
    case 'presence': {
      const payload = shownPresence(event.presence);
      return { event: 'presence.updated', payload, replaces: `presence ${event.presence.userId}` };
    }
  }
}

function wordedTold(conversationId: string, told: Told): Worded {
  const { position } = told;
  if (told.kind === 'gap') {
    const { after, cutSeq } = told;
    return { event: 'gap', payload: { conversationId, fromSeq: after + 1, toSeq: cutSeq, position } };
  }
  const { kind, message } = told;
  const event = kind === 'updated' && message.deletedAt !== undefined ? 'message.deleted' : `message.${kind}`;
  return { event, payload: { ...shownMessage(message), position } };
}
