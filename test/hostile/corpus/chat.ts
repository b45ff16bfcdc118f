import { gzipSync } from 'node:zlib';
import { bodies, gatewayAnswers, headers, type HostileRow, paths, saying } from '../rows.js';
import { badTokens } from './user-tokens.js';

const AS = '?as={user}';
const CONVERSATION = '/v1/conversations/{conversation}';
const MESSAGE = `${CONVERSATION}/messages/{message}`;
const many = (count: number, one: (n: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, n) => one(n));

const WRITES: readonly string[] = [
  `POST /v1/conversations${AS}`,
  `PATCH ${CONVERSATION}${AS}`,
  `PUT ${CONVERSATION}/mute${AS}`,
  `POST ${CONVERSATION}/members${AS}`,
  `PATCH ${CONVERSATION}/members/ben${AS}`,
  `POST ${CONVERSATION}/messages${AS}`,
  `PATCH ${MESSAGE}${AS}`,
  `POST ${MESSAGE}/reactions${AS}`,
  `POST ${CONVERSATION}/pins${AS}`,
  `POST ${CONVERSATION}/receipts${AS}`,
  `POST ${CONVERSATION}/scheduled-messages${AS}`,
  `PATCH /v1/scheduled-messages/{scheduled}${AS}`,
  `POST /v1/rooms/{conversation}/broadcast${AS}`,
  `POST /v1/blocks${AS}`,
  'POST /v1/chat/tokens',
];

/** 9 and 10: bodies that are something else than what they are taken for, and too much of it. */
const shapes: readonly HostileRow[] = [
  ...[`POST ${CONVERSATION}/messages${AS}`, `POST /v1/rooms/{conversation}/broadcast${AS}`].flatMap(
    (request) => [
      ...bodies(9, request, '422 validation_failed /workspaceId', { 'a workspace': '{"workspaceId":"x"}' }),
      ...bodies(10, request, '400 invalid_json', {
        '100,000 levels': '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000),
      }),
      ...gatewayAnswers(
        request.includes('broadcast') ? '422 validation_failed' : '201',
        bodies(10, request, '400 invalid_encoding', {
          'bytes that are not UTF-8': Buffer.from('{"text":"\xff\xfe"}', 'latin1'),
        }),
      ),
    ],
  ),
  ...WRITES.flatMap((request) => [
    ...bodies(9, request, '422 validation_failed /__proto__', { 'a prototype': '{"__proto__":{"admin":1}}' }),
    ...bodies(9, request, '422 validation_failed /constructor', {
      'a constructor': '{"constructor":{"prototype":{"admin":1}}}',
    }),
    ...bodies(9, request, '422 validation_failed', { 'a list': '[]' }),
  ]),
  ...bodies(9, `POST ${CONVERSATION}/messages${AS}`, '422 validation_failed', {
    'an operator for a text': { text: { $ne: null } },
    'no text': {},
    'an empty text': { text: '' },
    'a sender of its own': { text: 'x', senderId: 'ben' },
    'a seq of its own': { text: 'x', seq: 1 },
    'a name with a line break': { text: 'x', clientMessageId: 'a\nb' },
    'a name of 129 characters': { text: 'x', clientMessageId: 'a'.repeat(129) },
    'a thousand mentions and one': { text: 'x', mentions: many(1_001, (n) => `u${n}`) },
    'eleven files': { text: 'x', attachments: many(11, (n) => `att_${n}`) },
    'a file by its path': { text: 'x', attachments: [{ path: '/etc/hostname' }] },
    'a file of nobody': { text: 'x', attachments: ['att_00000000000000000000000000'] },
    'a reply to another conversation': { text: 'x', replyTo: '{their.message}' },
  }),
  ...bodies(10, `POST ${CONVERSATION}/messages${AS}`, '413 message_too_large', {
    'a text of 20,001': { text: 'x'.repeat(20_001) },
    'a text of 300 KB': { text: 'é'.repeat(150_000) },
  }),
  ...bodies(10, `POST ${CONVERSATION}/messages${AS}`, '413 body_too_large', {
    'two megabytes': Buffer.alloc(2_000_000, ' '),
  }),
  ...bodies(
    10,
    `POST ${CONVERSATION}/messages${AS}`,
    '413 body_too_large',
    { 'a packed bomb': gzipSync(Buffer.alloc(64_000_000, ' ')) },
    { 'content-encoding': 'gzip' },
  ),
  ...bodies(10, `PATCH ${MESSAGE}${AS}`, '413 message_too_large', {
    'a text of 20,001': { text: 'x'.repeat(20_001) },
  }),
  ...bodies(10, `POST /v1/rooms/{conversation}/broadcast${AS}`, '413 message_too_large', {
    'an event of 17 KB': { event: 'stroke', data: 'x'.repeat(17_000) },
  }),
  ...bodies(9, `POST /v1/rooms/{conversation}/broadcast${AS}`, '422 validation_failed', {
    'an event with a line break': { event: 'a\nb' },
    'an event without a name': { event: '' },
  }),
  ...bodies(9, `POST ${MESSAGE}/reactions${AS}`, '422 validation_failed', {
    'an empty reaction': { emoji: '', on: true },
    'a reaction of 33': { emoji: 'x'.repeat(33), on: true },
    'a text for a switch': { emoji: 'x', on: 'yes' },
  }),
  ...bodies(9, `POST ${CONVERSATION}/receipts${AS}`, '422 validation_failed', {
    'a mark below none': { readSeq: -1 },
    'half a mark': { readSeq: 0.5 },
    'a text for a mark': { readSeq: '1' },
    'a mark without end': '{"readSeq":1e999}',
  }),
  ...bodies(9, `POST /v1/conversations${AS}`, '422 validation_failed', {
    'a kind there is not': { kind: 'constructor', title: 'x' },
    'a direct one with oneself': { kind: 'direct', with: '{user}' },
    'a title with a line break': { kind: 'group', title: 'a\r\nb' },
    'a title of 201': { kind: 'group', title: 'x'.repeat(201) },
    'more members than a group has': { kind: 'group', title: 'x', members: many(300, (n) => `u${n}`) },
    'a member that is an operator': { kind: 'group', title: 'x', members: [{ $ne: '' }] },
  }),
  ...paths(9, 'GET', '422 validation_failed', {
    'nobody to speak for': '/v1/conversations',
    'two to speak for': '/v1/conversations?as={user}&as=ben',
    'an operator to speak for': '/v1/conversations?as[$ne]=x',
    'a path to speak for': '/v1/conversations?as=..%2fben',
    'a seq below none': `${CONVERSATION}/messages${AS}&after=-1`,
    'a seq that is none': `${CONVERSATION}/messages${AS}&before=x`,
    'a question of 501': `/v1/search${AS}&q=${'x'.repeat(501)}`,
  }),
  ...paths(9, 'GET', '400 invalid_cursor', {
    'a cursor of another list': `/v1/conversations${AS}&after=${Buffer.from('["lists","x"]').toString('base64url')}`,
  }),
];

const THEIRS = '/v1/conversations/{their.conversation}';
/** 11: another workspace's, in the name of its own users too. */
const theirs: readonly HostileRow[] = [
  ...[AS, '?as={their.user}'].flatMap((as) => [
    ...['', '/members', '/messages', '/messages/{their.message}', '/pins'].flatMap((path) =>
      paths(11, 'GET', '404 not_found', { [`GET ${path} of theirs, ${as}`]: `${THEIRS}${path}${as}` }),
    ),
    ...paths(11, 'GET', '404 not_found', {
      [`their file, ${as}`]: `/v1/attachments/{their.attachment}${as}`,
      [`their scheduled message, ${as}`]: `/v1/scheduled-messages/{their.scheduled}${as}`,
      [`a search of theirs, ${as}`]: `${THEIRS}/search${as}&q=hello`,
    }),
    ...bodies(11, `POST ${THEIRS}/messages${as}`, '404 not_found', { 'a message': { text: 'mine' } }),
    ...bodies(11, `POST ${THEIRS}/members${as}`, '404 not_found', { 'a member': { userIds: ['mine'] } }),
    ...bodies(11, `POST ${THEIRS}/receipts${as}`, '404 not_found', { 'a mark': { readSeq: 1 } }),
    ...bodies(11, `PATCH ${THEIRS}${as}`, '404 not_found', { 'a title': { title: 'mine' } }),
    ...bodies(11, `PATCH ${THEIRS}/messages/{their.message}${as}`, '404 not_found', {
      'a text': { text: 'mine' },
    }),
    ...bodies(11, `POST ${THEIRS}/messages/{their.message}/reactions${as}`, '404 not_found', {
      'a reaction': { emoji: 'x', on: true },
    }),
    ...bodies(11, `POST /v1/rooms/{their.conversation}/broadcast${as}`, '404 not_found', {
      'an event': { event: 'x', data: 1 },
    }),
    ...paths(11, 'DELETE', '404 not_found', {
      [`their message, away, ${as}`]: `${THEIRS}/messages/{their.message}${as}`,
      [`their member, out, ${as}`]: `${THEIRS}/members/ben${as}`,
    }),
  ]),
  ...bodies(11, `POST ${CONVERSATION}/messages${AS}`, '422 validation_failed', {
    'their file in a message of ours': { text: 'x', attachments: ['{their.attachment}'] },
  }),
  ...saying(
    paths(11, 'GET', '200', {
      'the chats of their user': '/v1/conversations?as={their.user}',
      'what their user has said': '/v1/search?as={their.user}&q=hello',
    }),
    /"data":\[\]/,
  ),
  ...paths(11, 'GET', '404 not_found', {
    'a conversation of somebody else': `${CONVERSATION}?as=stranger`,
    'a file of somebody else': '/v1/attachments/{attachment}?as=stranger',
  }),
];

/** 12: tokens of users that are none, and good ones where they are of no use. */
const tokens: readonly HostileRow[] = [
  ...headers(
    12,
    'GET /v1/conversations',
    '401 unauthenticated',
    Object.fromEntries(
      Object.entries(badTokens).map(([name, token]) => [
        `a token with ${name}`,
        { authorization: `Bearer ${token}` },
      ]),
    ),
  ),
  ...headers(12, 'GET /v1/workspace', '401 unauthenticated', {
    'a token of a user, where keys are asked for': { authorization: 'Bearer {user.token}' },
  }),
  ...headers(12, 'GET /v1/conversations?as=ben', '403 forbidden', {
    'a token of a user, for another': { authorization: 'Bearer {user.token}' },
  }),
  ...headers(
    12,
    'POST /v1/chat/tokens',
    '401 unauthenticated',
    {
      'a token of a user, for a token of another': { authorization: 'Bearer {user.token}' },
    },
    { userId: 'ben' },
  ),
];

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');
const chunk = (type: string, data: Buffer): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, Buffer.from(type), data, Buffer.alloc(4)]);
};
const header = (width: number, height: number): Buffer => {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    PNG,
    chunk('IHDR', data),
    chunk('IDAT', Buffer.alloc(64)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
};
const named = (name: string): Record<string, string> => ({
  'content-type': 'application/octet-stream',
  'x-file-name': encodeURIComponent(name),
});
const file = (answer: string, name: string, given: Readonly<Record<string, unknown>>): HostileRow[] =>
  bodies(16, `POST /v1/attachments${AS}`, answer, given, named(name));

/** 16: files that are something else than they say. */
const files: readonly HostileRow[] = [
  ...file('415 unsupported_media_type', 'a.png', {
    'a page as a picture': Buffer.from('<!doctype html><script>alert(1)</script>'),
    'an SVG as a picture': Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    'a text as a picture': Buffer.from('Only a text.'),
    'a PDF as a picture': Buffer.from('%PDF-1.7\n'),
    'a program as a picture': Buffer.from('7f454c4602010100', 'hex'),
  }),
  ...file('415 unsupported_media_type', 'a.svg', {
    'an SVG': Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>'),
  }),
  ...file('415 unsupported_media_type', 'a.html', { 'a page': Buffer.from('<html><body>x</body></html>') }),
  ...file('415 unsupported_media_type', 'a.txt', {
    'a page as a text': Buffer.from('<html><body><script>alert(1)</script></body></html>'),
    'bytes that are no text': Buffer.from([0, 1, 2, 3, 255, 254]),
  }),
  ...file('422 validation_failed', 'bomb.png', {
    'a picture of 2^31 by 2^31': header(2 ** 31 - 1, 2 ** 31 - 1),
    'a picture of 50,000 by 50,000': header(50_000, 50_000),
  }),
  ...bodies(16, `POST /v1/attachments${AS}`, '415 unsupported_media_type', {
    'JSON for a file': { path: '/etc/hostname' },
  }),
  ...bodies(
    16,
    `POST /v1/attachments${AS}`,
    '422 validation_failed',
    { 'a name that is half an escape': Buffer.from('x') },
    { 'content-type': 'application/octet-stream', 'x-file-name': '%e0%a4%a' },
  ),
];

export const chatRows: readonly HostileRow[] = [...shapes, ...theirs, ...tokens, ...files];
