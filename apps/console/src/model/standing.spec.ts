import { describe, expect, it } from '@jest/globals';
import type { ChatEvent } from '#client/chat.js';
import { isMute, momentInWords, muteInWords, FOR_EVER } from './muting.js';
import { byRole, may, mayTakeOut, rolesFor } from './permissions.js';
import { type ChatState, type Member, type Role, stateOf } from './chat-state.js';
import { type Action, reduce } from './reduce.js';
import { aboutScheduled, isOverdue, type Scheduled, scheduledIn } from './scheduled.js';
import { fieldOf, instantOf } from './when.js';
import { namesIn } from './wording.js';

const aMember = (userId: string, role: Role): Member => ({ userId, role, deliveredSeq: 0, readSeq: 0 });
const group = (role: Role) => ({ kind: 'group', role }) as const;

describe('what is offered', () => {
  it.each([
    ['owner', { rename: true, add: true, set_role: true, delete_others: true, pin: true, leave: true }],
    ['admin', { rename: true, add: true, set_role: false, delete_others: true, pin: true, leave: true }],
    ['member', { rename: false, add: false, set_role: false, delete_others: false, pin: true, leave: true }],
  ] as const)('to an %s of a group is what the server lets one do', (role, expected) => {
    const doings = Object.keys(expected) as (keyof typeof expected)[];
    expect(Object.fromEntries(doings.map((doing) => [doing, may(group(role), doing)]))).toEqual(expected);
  });

  it('in a room is no pin to members, and between two nothing but pins', () => {
    expect(may({ kind: 'room', role: 'member' }, 'pin')).toBe(false);
    expect(may({ kind: 'direct', role: 'member' }, 'pin')).toBe(true);
    expect(may({ kind: 'direct', role: 'owner' }, 'leave')).toBe(false);
  });

  it('while one’s own role is not known is nothing that needs one', () => {
    expect(may({ kind: 'group', role: undefined }, 'add')).toBe(false);
    expect(mayTakeOut({ kind: 'group', role: undefined }, aMember('ben', 'member'))).toBe(false);
  });

  it('is to take out who stands lower', () => {
    const pairs = (['owner', 'admin', 'member'] as const).map((by) =>
      (['owner', 'admin', 'member'] as const).filter((whom) => mayTakeOut(group(by), aMember('x', whom))),
    );
    expect(pairs).toEqual([['admin', 'member'], ['member'], []]);
  });

  it('is not that the last owner steps down', () => {
    const [ada, ben] = [aMember('ada', 'owner'), aMember('ben', 'admin')];
    expect(rolesFor(group('owner'), ada, [ada, ben])).toEqual([]);
    expect(rolesFor(group('owner'), ada, [ada, aMember('ben', 'owner')])).toEqual(['admin', 'member']);
    expect(rolesFor(group('owner'), ben, [ada, ben])).toEqual(['owner', 'member']);
    expect(rolesFor(group('admin'), ben, [ada, ben])).toEqual([]);
  });

  it('begins with whom one may turn to', () => {
    const members = [aMember('ada', 'member'), aMember('cleo', 'admin'), aMember('ben', 'owner')];
    expect(byRole(members).map(({ userId }) => userId)).toEqual(['ben', 'cleo', 'ada']);
  });
});

describe('what is scheduled', () => {
  const one = (id: string, more: Partial<Scheduled> = {}): Scheduled => ({
    id,
    conversationId: 'cnv_1',
    text: id,
    replyTo: null,
    sendAt: '2026-05-01T09:00:00.000Z',
    state: 'waiting',
    refusal: null,
    ...more,
  });
  const heard = (clientMessageId: string, senderId: string): Action => {
    const data = {
      conversationId: 'cnv_1',
      senderId,
      clientMessageId,
      id: 'msg_1',
      seq: 1,
      rev: 0,
      text: '',
    };
    return { kind: 'heard', event: { name: 'message', data } as unknown as ChatEvent, now: 0 };
  };

  it('is listed no more when it is said, which its id tells', () => {
    const before: ChatState = reduce(stateOf('ada'), {
      kind: 'scheduled',
      all: [one('sch_1'), one('sch_2')],
    });
    expect(reduce(before, heard('sch_1', 'ben')).scheduled).toHaveLength(2);
    expect(reduce(before, heard('sch_1', 'ada')).scheduled).toMatchObject([{ id: 'sch_2' }]);
  });

  it('stands in the order in which it is due, of one conversation', () => {
    const all = [
      one('later', { sendAt: '2026-05-02T09:00:00.000Z' }),
      one('sooner'),
      one('else', { conversationId: 'cnv_2' }),
    ];
    expect(scheduledIn(all, 'cnv_1').map(({ id }) => id)).toEqual(['sooner', 'later']);
    expect(scheduledIn(undefined, 'cnv_1')).toEqual([]);
  });

  it('is told of in a few words', () => {
    const refused = one('x', { state: 'refused' });
    expect(aboutScheduled([])).toBe('');
    expect(aboutScheduled([one('a'), one('b')])).toBe('2 scheduled');
    expect(aboutScheduled([one('a'), refused])).toBe('1 scheduled, one was not sent');
    expect(aboutScheduled([refused, refused])).toBe('2 were not sent');
  });

  it('is asked about once its time is over, unless it was refused already', () => {
    const at = Date.parse(one('a').sendAt);
    expect(isOverdue([one('a')], at)).toBe(false);
    expect(isOverdue([one('a')], at + 1)).toBe(true);
    expect(isOverdue([one('a', { state: 'refused' })], at + 1)).toBe(false);
  });
});

describe('times', () => {
  const here = { locale: 'en-GB', timeZone: 'UTC' };
  const now = Date.parse('2026-05-01T08:00:00Z');

  it('are told by the day, as one would say them', () => {
    expect(momentInWords('2026-05-01T09:00:00Z', now, here)).toBe('today at 09:00');
    expect(momentInWords('2026-05-02T09:00:00Z', now, here)).toBe('tomorrow at 09:00');
    expect(momentInWords('2026-05-04T09:00:00Z', now, here)).toBe('Monday 4 May at 09:00');
  });

  it('go into a field and come back', () => {
    const at = Date.parse('2026-05-01T08:07:00Z');
    expect(fieldOf(at)).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/);
    expect(instantOf(fieldOf(at))).toBe('2026-05-01T08:07:00.000Z');
    expect(instantOf('')).toBeUndefined();
  });

  it('of a mute conversation end, or do not', () => {
    expect(isMute({ mutedUntil: null }, now)).toBe(false);
    expect(isMute({ mutedUntil: '2026-05-01T08:00:00Z' }, now)).toBe(false);
    expect(isMute({ mutedUntil: '2026-05-01T09:00:00Z' }, now)).toBe(true);
    expect(muteInWords('2026-05-01T09:00:00Z', now, here)).toBe('until today at 09:00');
    expect(muteInWords(FOR_EVER, now, here)).toBe('until you turn it on again');
  });
});

describe('names', () => {
  it('are typed with commas or spaces, and count once', () => {
    expect(namesIn(' ada, ben;ada\ncleo ,')).toEqual(['ada', 'ben', 'cleo']);
  });
});
