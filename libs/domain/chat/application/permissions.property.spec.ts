import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import type { Conversation, ConversationKind, Role } from '../model/conversation.js';
import type { MessageId } from '../model/message.js';
import { ChatUnderTest, codeOf, user } from '../testing/chat-under-test.js';

const PEOPLE = ['anna', 'ben', 'cleo', 'dora'] as const;
const FREELY = { flood: { burst: 1e6, perSecond: 1e6 }, bustle: { burst: 1e6, perSecond: 1e6 } };

interface Step {
  readonly by: string;
  readonly whom: string;
  readonly what:
    | 'send'
    | 'rename'
    | 'add'
    | 'remove'
    | 'make owner'
    | 'make admin'
    | 'make member'
    | 'edit'
    | 'delete'
    | 'pin'
    | 'broadcast'
    | 'read';
}

const steps = fc.array(
  fc.record<Step>({
    by: fc.constantFrom(...PEOPLE),
    whom: fc.constantFrom(...PEOPLE),
    what: fc.constantFrom(
      'send',
      'rename',
      'add',
      'remove',
      'make owner',
      'make admin',
      'make member',
      'edit',
      'delete',
      'pin',
      'broadcast',
      'read',
    ),
  }),
  { minLength: 10, maxLength: 40 },
);

const POWER: Readonly<Record<string, number>> = { owner: 2, admin: 1, member: 0 };
type Roles = Readonly<Record<string, string>>;

/** Who may do what, written down a second time, as a table of sentences. */
function isAllowed(kind: ConversationKind, roles: Roles, { by, whom, what }: Step, sender: string): boolean {
  const mine = POWER[roles[by] ?? ''];
  if (mine === undefined) return false;
  const theirs = POWER[roles[whom] ?? ''];
  switch (what) {
    case 'send':
    case 'read':
    case 'broadcast':
      return true;
    case 'edit':
      return sender === by;
    case 'delete':
      return sender === by || mine > 0;
    case 'pin':
      return kind === 'group' || mine > 0;
    case 'rename':
    case 'add':
      return mine > 0;
    case 'remove':
      return by === whom || (theirs === undefined ? mine > 0 : mine > 0 && mine > theirs);
    case 'make owner':
    case 'make admin':
    case 'make member':
      return mine === 2;
  }
}

function act(chat: ChatUnderTest, { id }: Conversation, message: MessageId, step: Step): Promise<unknown> {
  const { by: name, whom, what } = step;
  const by = user(name);
  switch (what) {
    case 'send':
      return chat.facade.send(by, {
        conversationId: id,
        clientMessageId: `m${chat.realtime.told.length}`,
        text: 'x',
      });
    case 'read':
      return chat.facade.catchUp(by, id, { seq: 0, rev: 0 }, 10);
    case 'broadcast':
      return chat.facade.broadcast(by, id, 'stroke', { x: 1 });
    case 'edit':
      return chat.facade.change(by, id, message, { kind: 'edit', text: `by ${name}`, mentions: [] });
    case 'delete':
      return chat.facade.change(by, id, message, { kind: 'delete' });
    case 'pin':
      return chat.facade.change(by, id, message, { kind: 'pin', on: true });
    case 'rename':
      return chat.members.rename(by, id, 'Other');
    case 'add':
      return chat.members.add(by, id, [whom]);
    case 'remove':
      return chat.members.remove(by, id, whom);
    default:
      return chat.members.setRole(by, id, whom, what.slice('make '.length) as Role);
  }
}

describe('What members may do', () => {
  it.each(['group', 'room'] as const)('in a %s is what their role allows, at every step', async (kind) => {
    const property = fc.asyncProperty(steps, async (all) => {
      const chat = new ChatUnderTest(FREELY);
      const of = await chat.among(kind, 'anna', 'ben', 'cleo');
      await chat.members.setRole(user('anna'), of.id, 'ben', 'admin');
      let nth = 0;
      for (const step of all) {
        const sender = PEOPLE[nth++ % PEOPLE.length] ?? 'anna';
        const roles = await chat.rolesIn(of);
        if (Object.keys(roles).length === 0) return;
        const author = roles[sender] === undefined ? (Object.keys(roles)[0] ?? 'anna') : sender;
        const message = await chat.say(author, of);
        const allowed = isAllowed(kind, roles, step, author);
        const code = await codeOf(act(chat, of, message.id, step));
        if (!allowed) expect([step, code]).toEqual([step, 'forbidden']);
        else expect(['ok', 'not_found', 'invalid_transition']).toContain(code);
        const after = await chat.rolesIn(of);
        if (code !== 'ok') expect(after).toEqual(roles);
        if (Object.keys(after).length > 0) expect(Object.values(after)).toContain('owner');
      }
    });
    await fc.assert(property, { numRuns: 60, seed: 20261121 });
  });
});
