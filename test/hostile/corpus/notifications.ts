import { bodies, type HostileRow, paths, saying } from '../rows.js';
import { note, user } from './parts.js';

const BCC = '\r\nBcc: evil@canary.example';
const LONG = `${'a'.repeat(10_000)}@canary.example`;
const many = (count: number, one: (n: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, n) => one(n));

/** Texts that are no number in international form. */
const NO_NUMBERS: Readonly<Record<string, unknown>> = {
  nothing: '',
  'a national number': '0170 1234567',
  'a number without a plus': '491701234567',
  'a number of 6 digits': '+123456',
  'a number of 16 digits': '+1234567890123456',
  'a country code of 0': '+01234567',
  'a number of letters': '+1800FLOWERS',
  'two numbers': '+491701234567,+491701234568',
  'a number that ends its line': '+491701234567\r\nBody: x',
  'a line break in front of a number': '\n+491701234567',
  'a number with a control character': '+491701234567\u0007',
  'an extension': '+12025550123;ext=9',
  'digits of another script': '+٤٩١٧٠١٢٣٤٥٦٧',
  'digits of full width': '＋４９１７０１２３４５６７',
  'a short code': '12345',
  'a name for a sender': 'POSTHORN',
  'a channel prefix': 'whatsapp:+491701234567',
  'a number of 10 KB': `+${'1'.repeat(10_000)}`,
  '10 KB of spaces around a number': `${' '.repeat(5_000)}+491701234567${' '.repeat(5_000)}`,
};
/** What one person may not be reached at by e-mail. */
const NO_MAILBOXES: Readonly<Record<string, unknown>> = {
  'an address that ends its header': `b@canary.example${BCC}`,
  'two addresses in one': 'a@canary.example,b@canary.example',
  'a name beside the address': 'A <a@canary.example>',
  'a group': 'all: a@canary.example, b@canary.example;',
  'an address literal': 'a@[127.0.0.1]',
  'an address of 10 KB': LONG,
};

const each = (
  texts: Readonly<Record<string, unknown>>,
  body: (text: unknown) => object,
): Record<string, object> =>
  Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, body(text)]));

/** 3 and 5: whom to tell. */
const addresses: readonly HostileRow[] = [
  ...['phone', 'whatsapp'].flatMap((kind) => [
    ...bodies(5, 'POST /v1/notifications', `422 invalid_address /to/${kind}`, {
      ...each(NO_NUMBERS, (text) => note({ to: { [kind]: text } })),
    }),
    ...bodies(5, 'PUT /v1/users/{user}', `422 invalid_address /${kind}`, {
      ...each(NO_NUMBERS, (text) => user({ [kind]: text })),
    }),
    ...bodies(5, 'PUT /v1/users/{user}', '200', {
      [`the shortest number there is by ${kind}`]: user({ [kind]: '+2901234' }),
      [`the longest number there is by ${kind}`]: user({ [kind]: '+123456789012345' }),
      [`a number as people write it by ${kind}`]: user({ [kind]: ' 0049 (170) 123-45.67 ' }),
    }),
  ]),
  ...bodies(3, 'POST /v1/notifications', '422 invalid_address /to/email', {
    ...each(NO_MAILBOXES, (text) => note({ to: { email: text } })),
  }),
  ...bodies(3, 'PUT /v1/users/{user}', '422 invalid_address /email', {
    ...each(NO_MAILBOXES, (text) => user({ email: text })),
  }),
  ...bodies(5, 'PUT /v1/users/{user}', '200', {
    'an address at every limit': user({
      email: `${'l'.repeat(64)}@${'d'.repeat(63)}.${'e'.repeat(63)}.${'f'.repeat(46)}.canary.example`,
    }),
    'a quoted address': user({ email: '"two words"@canary.example' }),
    'an internationalised domain': user({ email: 'a@bücher.canary.example' }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed', {
    'an operator for a user': note({ to: { userId: { $ne: null } } }),
    'an operator for an address': note({ to: { email: { $ne: null } } }),
    'a list of users': note({ to: { userId: ['{user}'] } }),
    'a list for a recipient': note({ to: ['{user}'] }),
    'a text for a recipient': note({ to: '{user}' }),
    nobody: note({ to: {} }),
    'a user without a name': note({ to: { userId: '' } }),
    'a user called ..': note({ to: { userId: '..' } }),
    'a user of 129 characters': note({ to: { userId: 'u'.repeat(129) } }),
    'a user with a path': note({ to: { userId: '../../etc/passwd' } }),
    'a user with a line break': note({ to: { userId: 'a\r\nb' } }),
    'a kind of address there is not': note({ to: { fax: '1' } }),
    'a number with a NUL': note({ to: { phone: '+491701234567\u0000' } }),
    '1,000 kinds of addresses': note({ to: Object.fromEntries(many(1_000, (n) => [`k${n}`, 'x']) as []) }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 invalid_address /to/devices', {
    'a device that is none': note({ to: { devices: 'x' } }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /to/__proto__', {
    'a prototype for a recipient': '{"type":"hostile_note","to":{"__proto__":{"userId":"x"}}}',
  }),
];

/** 4, 7, 9 and 18: what to tell, when, and by what. */
const notifications: readonly HostileRow[] = [
  ...bodies(4, 'POST /v1/notifications', '422 validation_failed /attachments', {
    'a file for an attachment': note({ attachments: [{ path: '/etc/hostname' }] }),
    'an address for an attachment': note({ attachments: [{ href: 'http://169.254.169.254/' }] }),
  }),
  ...bodies(7, 'POST /v1/notifications', '422 missing_variable /data/name', {
    'required data that is missing': note({ data: {} }),
    'required data that is null': note({ data: { name: null } }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /data/__proto__', {
    'a prototype among the data': '{"type":"hostile_note","to":{},"data":{"__proto__":{"name":"x"}}}',
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /data', {
    'data that is a list': note({ data: [] }),
    'data of 70 KB': note({ data: { name: 'x'.repeat(70_000) } }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /type', {
    'a type there is not': note({ type: 'never_was' }),
    'a type called __proto__': note({ type: '__proto__' }),
    'a type called constructor': note({ type: 'constructor' }),
    'an operator for a type': note({ type: { $gt: '' } }),
    'a type of 10 KB': note({ type: 't'.repeat(10_000) }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /priority', {
    'a lane there is not': note({ priority: 'urgent' }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /test', {
    'a text for a dry run': note({ test: 'true' }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /locale', {
    'a locale that is a path': note({ locale: '../../de' }),
    'a locale of 10 KB': note({ locale: 'a'.repeat(10_000) }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /orderingKey', {
    'an ordering key with a line break': note({ orderingKey: 'a\r\nb' }),
    'an ordering key of 129 characters': note({ orderingKey: 'k'.repeat(129) }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /channels/0', {
    'a channel that its type does not go by': note({ channels: ['sms'] }),
    'a channel called __proto__': note({ channels: ['__proto__'] }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /channels', {
    'no channel': note({ channels: [] }),
    '21 channels': note({ channels: many(21, () => 'inbox') }),
    '15,000 channels': note({ channels: many(15_000, () => 'inbox') }),
    'channels that are a text': note({ channels: 'inbox' }),
  }),
  ...bodies(9, 'POST /v1/notifications', '422 validation_failed /status', {
    'a status of its own': note({ status: 'sent' }),
  }),
  ...bodies(18, 'POST /v1/notifications', '422 validation_failed /sendAt', {
    'an hour there is not': note({ sendAt: '2099-01-01T25:00:00Z' }),
    'a day there is not': note({ sendAt: '2099-02-30T00:00:00Z' }),
    'a time without a zone': note({ sendAt: '2099-01-01T00:00:00' }),
    'a number for a time': note({ sendAt: 1 }),
  }),
  ...bodies(18, 'POST /v1/notifications', '422 invalid_schedule /sendAt', {
    'a time in another century': note({ sendAt: '2199-01-01T00:00:00Z' }),
  }),
  ...bodies(18, 'POST /v1/notifications', '422 invalid_schedule /expiresAt', {
    'an end that is past': note({ expiresAt: '2020-01-01T00:00:00Z' }),
  }),
  ...bodies(9, 'POST /v1/notifications/batch', '422 validation_failed /notifications', {
    'no notification': { notifications: [] },
    '1,001 notifications': { notifications: many(1_001, () => ({})) },
    'notifications that are an object': { notifications: { 0: note({}) } },
  }),
  ...bodies(9, 'POST /v1/notifications/batch', '422 validation_failed', {
    'a notification that is null': { notifications: [null] },
    'a notification that is a text': { notifications: ['x'] },
    '1,000 notifications that are empty': { notifications: many(1_000, () => ({})) },
    'a workspace further in': { notifications: [note({ workspaceId: 'wsp_1' })] },
    '300,000 notifications': `{"notifications":[${'{},'.repeat(300_000)}{}]}`,
  }),
  ...saying(
    bodies(9, 'POST /v1/notifications/batch', '202', {
      '1,000 notifications to nobody': { notifications: many(1_000, () => note({ to: {} })) },
      '1,000 notifications to no address': {
        notifications: many(1_000, (n) =>
          note({ to: { email: `${'a'.repeat(500)}${n}`, phone: '+'.repeat(300) } }),
        ),
      },
      '1,000 notifications of types there are not': {
        notifications: many(1_000, (n) => note({ type: `never_was_${n}` })),
      },
    }),
    /"accepted":0,"refused":1000,/,
  ),
  ...paths(19, 'POST', '409 invalid_transition', {
    'a notification cancelled when all is over': '/v1/notifications/{notification}/cancel',
  }),
  ...paths(9, 'GET', '422 validation_failed', {
    'an operator in a query of notifications': '/v1/notifications?type[$ne]=x',
    'a status there is not': '/v1/notifications?status=__proto__',
    'a state of inbox items there is not': '/v1/users/{user}/inbox?state=constructor',
    'a limit of a million': '/v1/notifications?limit=1000000',
  }),
  ...paths(9, 'GET', '400 invalid_cursor', {
    'a cursor of another list of notifications': `/v1/notifications?after=${Buffer.from('["lists","x"]').toString('base64url')}`,
    'a cursor of another inbox': `/v1/users/{user}/inbox?after=${Buffer.from('["lists","x"]').toString('base64url')}`,
    'a cursor of types that is nonsense': '/v1/notification-types?after=%00%ff',
  }),
];

export const notificationRows: readonly HostileRow[] = [...addresses, ...notifications];
