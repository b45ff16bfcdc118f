import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { WorkspaceId } from '#domain/kernel/brand.js';
import {
  type Action,
  advancedMarks,
  type Conversation,
  type ConversationId,
  type ConversationKind,
  fullRefusal,
  heirOf,
  may,
  mayRemove,
  type Member,
  mustBeAllowed,
  pairOf,
  type Role,
  roles,
  unreadOf,
} from './conversation.js';

const NOW = Date.UTC(2026, 0, 31, 13);
const conversation = (kind: ConversationKind): Conversation => ({
  id: 'cnv_1' as ConversationId,
  workspaceId: 'wsp_1' as WorkspaceId,
  kind,
  createdBy: 'anna',
  createdAt: NOW,
  seq: 0,
  rev: 0,
  cutSeq: 0,
});
const member = (userId: string, role: Role = 'member', joinedAt = NOW): Member => ({
  conversationId: 'cnv_1' as ConversationId,
  userId,
  role,
  joinedAt,
  deliveredSeq: 0,
  readSeq: 0,
});

describe('a pair', () => {
  it('is the same whoever of the two asks, and no other two have it', () => {
    const id = fc.string({ maxLength: 4 });
    fc.assert(
      fc.property(id, id, id, id, (a, b, c, d) => {
        expect(pairOf(a, b)).toBe(pairOf(b, a));
        const isSame = (a === c && b === d) || (a === d && b === c);
        expect(pairOf(a, b) === pairOf(c, d)).toBe(isSame);
      }),
    );
  });
});

describe('what members may do', () => {
  const allowed = (kind: ConversationKind, action: Action): Role[] =>
    roles.filter((role) => may({ kind }, role, action));
  const all = ['owner', 'admin', 'member'];
  const above = ['owner', 'admin'];

  it.each<[Action, string[], string[], string[]]>([
    ['send', all, all, all],
    ['broadcast', all, all, all],
    ['pin', all, all, above],
    ['rename', [], above, above],
    ['add', [], above, above],
    ['remove', [], above, above],
    ['delete_others', [], above, above],
    ['set_role', [], ['owner'], ['owner']],
  ])('%s', (action, direct, group, room) => {
    expect([allowed('direct', action), allowed('group', action), allowed('room', action)]).toEqual([
      direct,
      group,
      room,
    ]);
  });

  it('is refused to all others', () => {
    expect(() => mustBeAllowed(conversation('group'), member('ben'), 'rename')).toThrow(
      expect.objectContaining({ name: 'Refusal', code: 'forbidden' }),
    );
    expect(() => mustBeAllowed(conversation('group'), member('ben', 'admin'), 'rename')).not.toThrow();
  });
});

describe('taking a member out', () => {
  const removes = (by: Role, whom: Role, kind: ConversationKind = 'group'): boolean =>
    mayRemove(conversation(kind), member('anna', by), member('ben', whom));

  it('is for those above them: nobody removes an owner', () => {
    const pairs = roles.flatMap((by) => roles.filter((whom) => removes(by, whom)).map((whom) => [by, whom]));
    expect(pairs).toEqual([
      ['owner', 'admin'],
      ['owner', 'member'],
      ['admin', 'member'],
    ]);
  });

  it('is for everybody to do to themselves, but of two there is no one left to talk to', () => {
    const [owner, ben] = [member('anna', 'owner'), member('ben')];
    for (const kind of ['group', 'room'] as const) {
      expect(mayRemove(conversation(kind), ben, ben)).toBe(true);
      expect(mayRemove(conversation(kind), owner, owner)).toBe(true);
    }
    expect(mayRemove(conversation('direct'), ben, ben)).toBe(false);
    expect(removes('owner', 'member', 'direct')).toBe(false);
  });

  it('of the owner leaves it to the admin, else the member, who has been there longest', () => {
    const admins = [member('a', 'admin', NOW + 2), member('b', 'admin', NOW + 1)];
    const others = [member('d', 'member', NOW), member('c', 'member', NOW)];
    expect(heirOf([...others, ...admins])?.userId).toBe('b');
    expect(heirOf(others)?.userId).toBe('c');
    expect(heirOf([])).toBeUndefined();
  });
});

describe('marks', () => {
  const mark = fc.nat(20);
  const asked = fc.record({ deliveredSeq: mark, readSeq: mark }, { requiredKeys: [] });

  it('end at the same place in whatever order they come, never back, never past what there is', () => {
    fc.assert(
      fc.property(fc.array(asked), fc.nat(15), (asks, seq) => {
        const walk = (steps: typeof asks): Member =>
          steps.reduce<Member>((at, one) => {
            const marks = advancedMarks(at, one, seq);
            expect(marks.readSeq).toBeGreaterThanOrEqual(at.readSeq);
            expect(marks.deliveredSeq).toBeGreaterThanOrEqual(Math.max(at.deliveredSeq, marks.readSeq));
            expect(marks.deliveredSeq).toBeLessThanOrEqual(seq);
            return { ...at, ...marks };
          }, member('ben'));
        expect(walk(asks)).toEqual(walk([...asks].reverse()));
        const furthest = Math.min(seq, Math.max(0, ...asks.map(({ readSeq = 0 }) => readSeq)));
        expect(walk(asks).readSeq).toBe(furthest);
      }),
    );
  });

  it('leave unread what lies behind them', () => {
    expect(unreadOf({ seq: 5 }, { readSeq: 3 })).toBe(2);
    expect(unreadOf({ seq: 5 }, { readSeq: 9 })).toBe(0);
  });
});

it('A conversation that is full says how many it takes', () => {
  expect(fullRefusal('group')).toMatchObject({
    code: 'validation_failed',
    message: expect.stringContaining('256'),
  });
});
