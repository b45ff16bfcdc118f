import type { Brand, Instant, WorkspaceId } from '#domain/kernel/brand.js';
import { Refusal } from '#domain/kernel/refusal.js';

/** `cnv_…` */
export type ConversationId = Brand<string, 'ConversationId'>;

export const conversationKinds = ['direct', 'group', 'room'] as const;
export type ConversationKind = (typeof conversationKinds)[number];

/** From the highest down. */
export const roles = ['owner', 'admin', 'member'] as const;
export type Role = (typeof roles)[number];

/** People in a conversation of each kind, at most. */
export const MOST_MEMBERS: Readonly<Record<ConversationKind, number>> = { direct: 2, group: 256, room: 5000 };

/** A member's mentions behind the read mark are counted up to this: beyond it nobody reads the number any more. */
export const MOST_UNREAD_MENTIONS = 1_000;

export interface Conversation {
  readonly id: ConversationId;
  readonly workspaceId: WorkspaceId;
  readonly kind: ConversationKind;
  /** Of a group or room. */
  readonly title?: string;
  /** Of a direct one: who it is between, see {@link pairOf}. One conversation a pair. */
  readonly pair?: string;
  readonly createdBy: string;
  readonly createdAt: Instant;
  /** The number of its newest message; 0 while there is none. */
  readonly seq: number;
  /** The number of its newest change; 0 while there is none. */
  readonly rev: number;
  /** Messages up to this one have been cut off by retention; 0 if none. */
  readonly cutSeq: number;
}

export interface Member {
  readonly conversationId: ConversationId;
  readonly userId: string;
  readonly role: Role;
  readonly joinedAt: Instant;
  /** Everything up to here has reached one of the member's devices. */
  readonly deliveredSeq: number;
  readonly readSeq: number;
  /** No calls for attention until then; Infinity does not occur: "for ever" is a far instant. */
  readonly mutedUntil?: Instant;
}

/** The same whoever of the two asks. */
export function pairOf(one: string, other: string): string {
  return JSON.stringify([one, other].sort());
}

export type Action =
  'send' | 'rename' | 'add' | 'remove' | 'set_role' | 'delete_others' | 'pin' | 'broadcast';

const BY_ANYBODY: ReadonlySet<Action> = new Set(['send', 'broadcast']);

/** Whether a member may. In a direct conversation both may do all that makes sense there, in a room guests may not pin. */
export function may({ kind }: Pick<Conversation, 'kind'>, role: Role, action: Action): boolean {
  if (BY_ANYBODY.has(action)) return true;
  if (kind === 'direct') return action === 'pin';
  if (action === 'pin' && kind === 'group') return true;
  if (action === 'set_role') return role === 'owner';
  return role !== 'member';
}

/** @throws Refusal `forbidden` */
export function mustBeAllowed(
  conversation: Pick<Conversation, 'kind'>,
  member: Member,
  action: Action,
): void {
  if (!may(conversation, member.role, action))
    throw new Refusal(
      'forbidden',
      `A ${member.role} of a ${conversation.kind} conversation may not do this.`,
    );
}

/** Whether one member may take another out: nobody removes an owner, and admins are removed by owners only. */
export function mayRemove(conversation: Pick<Conversation, 'kind'>, by: Member, whom: Member): boolean {
  if (by.userId === whom.userId) return conversation.kind !== 'direct';
  if (!may(conversation, by.role, 'remove')) return false;
  return roles.indexOf(by.role) < roles.indexOf(whom.role);
}

/** What is said when one more is one too many. */
export function fullRefusal(kind: ConversationKind): Refusal {
  return new Refusal('validation_failed', `A ${kind} conversation takes ${MOST_MEMBERS[kind]} people.`);
}

/** Who owns it when the owner has left: the admin, else the member, who has been there longest. Undefined if nobody is left. */
export function heirOf(left: readonly Member[]): Member | undefined {
  return [...left].sort(
    (a, b) =>
      roles.indexOf(a.role) - roles.indexOf(b.role) ||
      a.joinedAt - b.joinedAt ||
      (a.userId < b.userId ? -1 : 1),
  )[0];
}

/** What lies behind the read mark. */
export function unreadOf({ seq }: Pick<Conversation, 'seq'>, { readSeq }: Pick<Member, 'readSeq'>): number {
  return Math.max(0, seq - readSeq);
}

/** Marks only move forward, never past what there is, and what was read was delivered. */
export function advancedMarks(
  member: Pick<Member, 'deliveredSeq' | 'readSeq'>,
  asked: { readonly deliveredSeq?: number; readonly readSeq?: number },
  seq: number,
): Pick<Member, 'deliveredSeq' | 'readSeq'> {
  const readSeq = Math.max(member.readSeq, Math.min(asked.readSeq ?? 0, seq));
  return {
    readSeq,
    deliveredSeq: Math.max(member.deliveredSeq, readSeq, Math.min(asked.deliveredSeq ?? 0, seq)),
  };
}
