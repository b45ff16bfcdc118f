import { refused } from '#adapters/chat-frames/answers.js';
import type { Answer } from '#adapters/chat-frames/wire.js';
import { LARGEST_MESSAGE } from './connection-posts.js';

export type Envelope =
  | { readonly kind: 'frame'; readonly id: unknown; readonly action: string; readonly data: unknown }
  | { readonly kind: 'unreadable'; readonly answer: Answer };

/** An id longer than this is not repeated. */
const LONGEST_ID = 128;

/** `{"action": "message.send", "id": "<request id>", "data": {…}}`. Who wants to know what an answer belongs to sends an id. */
export function readEnvelope(body: string): Envelope {
  const sent = parsed(body);
  if (sent === undefined) return unreadable('invalid_json', 'This is no JSON.');
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent))
    return unreadable('validation_failed', 'Send an object with an action.');
  const { action, id, data } = sent as Record<string, unknown>;
  if (typeof action !== 'string') return unreadable('validation_failed', 'The action is to be a text.');
  if (id !== undefined && (typeof id !== 'string' || id.length > LONGEST_ID))
    return unreadable('validation_failed', `The id is to be a text of at most ${LONGEST_ID} characters.`);
  return { kind: 'frame', id: id ?? null, action, data };
}

/** An answer in words that API Gateway takes: what may be long comes in pages, and anything else that is too large says so. */
export function wordsOf(id: unknown, answer: Answer): string {
  const words = JSON.stringify({ id, ...answer });
  if (Buffer.byteLength(words) <= LARGEST_MESSAGE) return words;
  return JSON.stringify({
    id,
    ...refused('message_too_large', 'The answer is too large for one message: ask for less.'),
  });
}

function unreadable(code: string, detail: string): Envelope {
  return { kind: 'unreadable', answer: refused(code, detail) };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    return undefined;
  }
}
