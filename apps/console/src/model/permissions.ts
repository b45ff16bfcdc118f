import type { Chat, Member, Role } from './chat-state.js';

/** What a member may do, as the server judges it: so nothing is offered that it would refuse. */
export type Doing = 'rename' | 'add' | 'set_role' | 'delete_others' | 'pin' | 'leave';

/** From the highest down. */
const ROLES: readonly Role[] = ['owner', 'admin', 'member'];

export function may({ kind, role }: Pick<Chat, 'kind' | 'role'>, doing: Doing): boolean {
  if (kind === 'direct') return doing === 'pin';
  if (doing === 'leave' || (doing === 'pin' && kind === 'group')) return true;
  if (doing === 'set_role') return role === 'owner';
  return role === 'owner' || role === 'admin';
}

/** Whether somebody else may be taken out: by owners admins and members, by admins members. */
export function mayTakeOut({ kind, role }: Pick<Chat, 'kind' | 'role'>, whom: Member): boolean {
  if (kind === 'direct' || role === undefined || role === 'member') return false;
  return ROLES.indexOf(role) < ROLES.indexOf(whom.role);
}

/**
 * What somebody may be made. The last owner stays one.
 * @param members who is known to be in it; undefined if there may be others
 */
export function rolesFor(
  chat: Pick<Chat, 'kind' | 'role'>,
  whom: Member,
  members: readonly Member[] | undefined,
): readonly Role[] {
  if (!may(chat, 'set_role')) return [];
  const isLast = members?.every(({ userId, role }) => role !== 'owner' || userId === whom.userId) ?? false;
  if (whom.role === 'owner' && isLast) return [];
  return ROLES.filter((role) => role !== whom.role);
}

/** Owners first, then admins; among themselves by name. */
export function byRole(members: readonly Member[]): readonly Member[] {
  return [...members].sort(
    (one, other) =>
      ROLES.indexOf(one.role) - ROLES.indexOf(other.role) || one.userId.localeCompare(other.userId),
  );
}
