import type { Instant, WorkspaceId } from '#domain/kernel/brand.js';
import type { Shown } from './presence.js';

/** That a user has been away, with messages unread, for so long that they are told by another way: once. */
export interface Absence {
  readonly workspaceId: WorkspaceId;
  readonly userId: string;
  /** `ntf_…` of the notification that tells them, made before it: whoever dies in between tells them under the same. */
  readonly id: string;
  readonly beganAt: Instant;
  /** `over`: they have come back. Then it only says what they have been told of. */
  readonly state: 'telling' | 'told' | 'over';
  /** By conversation: everything up to this `seq` was told of, or is about to be. */
  readonly told: Readonly<Record<string, number>>;
}

/** Looks at a conversation are gathered: so many of them at most in the time after which a user is away. */
const LOOKS = 2;

/**
 * When it is looked who has not read what is said now. All of a short while have one look, whose time follows from the clock
 * and the name alone: every process says the same. Not all conversations have theirs at one moment.
 */
export function lookAfter(now: Instant, afterMs: number, conversationId: string): Instant {
  return nextOn(now, Math.max(1, Math.ceil(afterMs / LOOKS)), conversationId) + afterMs;
}

/** When it is looked again at somebody who is there, and leaves something unread. */
export function nextLookAt(now: Instant, afterMs: number, userId: string): Instant {
  return nextOn(now, afterMs, userId);
}

/** The next of the moments, `every` milliseconds apart, that belong to a name. */
function nextOn(now: Instant, every: number, name: string): Instant {
  let phase = 0;
  for (const letter of name) phase = (phase * 31 + (letter.codePointAt(0) ?? 0)) % every;
  return (Math.floor((now + phase) / every) + 1) * every - phase;
}

/** Since when nobody has heard of them; undefined while they are there. Of what was before `startedAt` nobody here knows. */
export function awaySince({ state, lastSeenAt }: Shown, startedAt: Instant): Instant | undefined {
  return state === 'offline' ? (lastSeenAt ?? startedAt) : undefined;
}

/** Whether they have come back after it began, as far as can be seen by one conversation of theirs. */
export function isOver(
  { beganAt, state, told }: Absence,
  { state: shown, lastSeenAt = 0 }: Shown,
  { conversationId, readSeq }: { readonly conversationId: string; readonly readSeq: number },
): boolean {
  if (state === 'over' || shown !== 'offline' || lastSeenAt > beganAt) return true;
  return readSeq >= (toldOf(told, conversationId) ?? Infinity);
}

/** Up to where they were told of a conversation; undefined if not at all. */
export function toldOf(told: Absence['told'], conversationId: string): number | undefined {
  return Object.hasOwn(told, conversationId) ? told[conversationId] : undefined;
}
