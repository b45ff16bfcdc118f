/** One hostile frame on a socket, and the one answer to it. */
export interface HostileFrame {
  readonly item: number;
  readonly name: string;
  readonly frame: string;
  /** Placeholders as in requests. */
  readonly data: unknown;
  /** None where what was meant to do harm does none. */
  readonly code: string | undefined;
}

function frames(
  item: number,
  frame: string,
  code: string | undefined,
  given: Readonly<Record<string, unknown>>,
): HostileFrame[] {
  return Object.entries(given).map(([name, data]) => ({
    item,
    name: `${frame} with ${name}`,
    frame,
    data,
    code,
  }));
}

const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const ALL: readonly string[] = [
  'conversation.open',
  'message.send',
  'message.edit',
  'message.delete',
  'message.react',
  'message.pin',
  'receipt.delivered',
  'receipt.read',
  'typing',
  'room.join',
  'room.leave',
  'room.broadcast',
  'presence.set',
  'token.refresh',
];
const at = (parts: object): object => ({
  conversationId: '{conversation}',
  messageId: '{message}',
  ...parts,
});
const theirs = (parts: object): object => ({
  conversationId: '{their.conversation}',
  messageId: '{their.message}',
  ...parts,
});

/** 9 and 10: data that is none, or too much. */
const shapes: readonly HostileFrame[] = [
  ...ALL.flatMap((frame) =>
    frames(9, frame, 'validation_failed', {
      'a text': 'x',
      'a list': [1],
      'a number': 5,
      'a prototype': JSON.parse('{"__proto__":{"conversationId":"x","admin":1}}'),
      'an operator': { conversationId: { $ne: null }, state: { $ne: null }, token: { $ne: null }, kind: {} },
    }),
  ),
  ...['resume', 'message.send', 'room.broadcast'].flatMap((frame) =>
    frames(10, frame, 'invalid_json', {
      '65 levels': { data: deep(64) },
    }),
  ),
  ...frames(9, 'resume', 'validation_failed', {
    'a list of conversations': { conversations: [] },
    'a text for a position': { conversations: { x: 'y' } },
    'a position below none': { conversations: { x: { seq: -1, rev: 0 } } },
    'a thousand conversations and one': {
      conversations: Object.fromEntries(
        Array.from({ length: 1_001 }, (_, n) => [`c${n}`, { seq: 0, rev: 0 }]),
      ),
    },
  }),
  ...frames(9, 'message.send', 'validation_failed', {
    'a number for a text': at({ clientMessageId: 'x', text: 5 }),
    'no name': at({ text: 'x' }),
    'a name with a line break': at({ clientMessageId: 'a\nb', text: 'x' }),
    'a mention that is none': at({ clientMessageId: 'x', text: 'x', mentions: [{}] }),
    'a file that is none': at({ clientMessageId: 'x', text: 'x', attachments: [{ path: '/etc/hostname' }] }),
    'their file': at({ clientMessageId: 'x', text: 'x', attachments: ['{their.attachment}'] }),
    'a conversation of 900 characters': { conversationId: 'x'.repeat(900), clientMessageId: 'x', text: 'x' },
  }),
  ...frames(10, 'message.send', 'message_too_large', {
    'a text of 20,001': at({ clientMessageId: 'x', text: 'x'.repeat(20_001) }),
    'a frame of 129 KB': at({ clientMessageId: 'x', text: 'x'.repeat(129 * 1024) }),
  }),
  ...frames(10, 'room.broadcast', 'message_too_large', {
    'an event of 17 KB': at({ event: 'x', data: 'x'.repeat(17_000) }),
  }),
  ...frames(9, 'receipt.read', 'validation_failed', {
    'a mark below none': at({ seq: -1 }),
    'half a mark': at({ seq: 0.5 }),
    'a mark past all numbers': at({ seq: 2 ** 60 }),
  }),
  ...frames(9, 'conversation.open', 'validation_failed', {
    'a kind there is not': { kind: '__proto__' },
    oneself: { kind: 'direct', with: '{user}' },
  }),
];

/** 13: frames that there are not. */
const unknown: readonly HostileFrame[] = [
  'message.sent',
  '__proto__',
  'constructor',
  'toString',
  '',
  'x'.repeat(1_000),
].flatMap((frame) => frames(13, frame, 'not_found', { nothing: {} }));

/** 11: another workspace's conversation, and one that never was. */
const strangers: readonly HostileFrame[] = [
  ...frames(11, 'message.send', 'forbidden', {
    'their conversation': theirs({ clientMessageId: 'x', text: 'x' }),
  }),
  ...frames(11, 'message.edit', 'forbidden', { 'their message': theirs({ text: 'x' }) }),
  ...frames(11, 'message.delete', 'forbidden', { 'their message': theirs({}) }),
  ...frames(11, 'message.react', 'forbidden', { 'their message': theirs({ emoji: 'x' }) }),
  ...frames(11, 'message.pin', 'forbidden', { 'their message': theirs({}) }),
  ...frames(11, 'receipt.read', 'forbidden', { 'their conversation': theirs({ seq: 1 }) }),
  ...frames(11, 'typing', 'forbidden', { 'their conversation': theirs({}) }),
  ...frames(11, 'room.join', 'forbidden', {
    'their conversation': theirs({}),
    'a statement': { conversationId: "' OR 1=1" },
  }),
  ...frames(11, 'room.broadcast', 'forbidden', { 'their conversation': theirs({ event: 'x', data: 1 }) }),
  ...frames(11, 'message.edit', 'forbidden', {
    'their message in ours': at({ messageId: '{their.message}', text: 'x' }),
  }),
  ...frames(12, 'token.refresh', 'unauthenticated', {
    nonsense: { token: 'x' },
    'ten kilobytes': { token: 'x'.repeat(10_000) },
  }),
];

export const chatFrames: readonly HostileFrame[] = [...shapes, ...unknown, ...strangers];
