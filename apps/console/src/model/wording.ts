import type { Message } from '#client/chat.js';
import type { Chat } from './chat-state.js';
import { plainName } from './text-parts.js';

export function titleOf(chat: Chat, me: string): string {
  if (chat.kind !== 'direct') return chat.title ?? 'Group';
  return otherOf(chat, me) ?? me;
}

/** Of a direct conversation: who is not oneself. */
export function otherOf({ between }: Pick<Chat, 'between'>, me: string): string | undefined {
  return between?.find((one) => one !== me);
}

/** One line about a message, for lists and quotes. */
export function gistOf({
  text,
  deletedAt,
  attachments = [],
}: Pick<Message, 'text' | 'deletedAt' | 'attachments'>): string {
  if (deletedAt != null) return 'Message deleted';
  const line = text.replace(/\s+/gu, ' ').trim();
  if (line !== '') return line.slice(0, 200);
  const [first] = attachments;
  if (!first) return '';
  return attachments.length > 1 ? `${attachments.length} files` : plainName(first.name);
}

export function typingOf(users: readonly string[]): string {
  const [one, other] = users;
  if (one === undefined) return '';
  if (other === undefined) return `${one} is typing…`;
  return users.length === 2 ? `${one} and ${other} are typing…` : 'Several people are typing…';
}

/** Two letters for who has no picture. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s._@-]+/u).filter((word) => word !== '');
  const letters = words.slice(0, 2).flatMap((word) => [...word].slice(0, 1));
  return letters.join('').toUpperCase() || '?';
}

/** One of `count` colours, always the same for the same name. */
export function hueOf(name: string, count: number): number {
  let hash = 7;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_000_003;
  return hash % count;
}

const UNITS = ['bytes', 'KB', 'MB', 'GB'] as const;

export function sizeOf(bytes: number): string {
  let size = bytes;
  let unit = 0;
  for (; size >= 1000 && unit < UNITS.length - 1; unit++) size /= 1000;
  return `${unit === 0 || size >= 10 ? Math.round(size) : size.toFixed(1)} ${UNITS[unit] ?? ''}`;
}

/** `@ada` names a member. */
export function mentionsIn(text: string, members: readonly string[]): readonly string[] {
  const named = new Set(
    [...text.matchAll(/(?<![\p{L}\p{N}])@([^\s,;:!?]{1,128})/gu)].map(([, name = '']) => name),
  );
  return members.filter((one) => named.has(one) || named.has(`${one}.`)).slice(0, 50);
}

/** Ids of users that somebody has typed, with commas or spaces between them. */
export function namesIn(typed: string): readonly string[] {
  return [...new Set(typed.split(/[\s,;]+/u).filter((one) => one !== ''))];
}
