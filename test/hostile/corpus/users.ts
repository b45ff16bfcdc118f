import { bodies, gatewayAnswers, type HostileRow, paths } from '../rows.js';
import { device, notificationType, user } from './parts.js';

const BCC = '\r\nBcc: evil@canary.example';
const LONG = `${'a'.repeat(10_000)}@canary.example`;
const many = (count: number, one: (n: number) => unknown): unknown[] =>
  Array.from({ length: count }, (_, n) => one(n));

/** 3, 6, 8 and 9: types that are none. */
const types: readonly HostileRow[] = [
  ...bodies(3, 'POST /v1/notification-types', '422 header_injection /from', {
    'a sender that ends its header': notificationType({ from: `A${BCC} <a@canary.example>` }),
  }),
  ...bodies(3, 'POST /v1/notification-types', '422 invalid_address /from', {
    'two senders': notificationType({ from: 'a@canary.example, b@canary.example' }),
  }),
  ...bodies(5, 'POST /v1/notification-types', '422 validation_failed /from', {
    'a sender of 10 KB': notificationType({ from: LONG }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /type', {
    'a name with a path': notificationType({ type: '../x' }),
    'a name with a line break': notificationType({ type: 'a\nb' }),
    'a name of 65 characters': notificationType({ type: 'a'.repeat(65) }),
    'no name': notificationType({ type: '' }),
    'a name that begins with _': notificationType({ type: '__proto__' }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /channels/0', {
    'a channel there is not': notificationType({ channels: ['fax'] }),
    'a channel called constructor': notificationType({ channels: ['constructor'] }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /channels', {
    'no channel': notificationType({ channels: [] }),
    '15,000 channels': notificationType({ channels: many(15_000, () => 'inbox') }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /templates', {
    'templates that are a text': notificationType({ templates: '{template.inbox}' }),
    'a parsed program for a template': notificationType({
      templates: { inbox: { type: 'Program', body: [] } },
    }),
    '15,000 locales': notificationType({
      templates: { inbox: Object.fromEntries(many(15_000, (n) => [`l${n}`, 'x']) as []) },
    }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /templates/inbox', {
    'a template of another channel': notificationType({ templates: { inbox: '{template}' } }),
    'a template there is not': notificationType({ templates: { inbox: 'tpl_x' } }),
    'a template that is a statement': notificationType({ templates: { inbox: "x' OR '1'='1" } }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /requiredData/0', {
    'a requirement of the prototype': notificationType({ requiredData: ['__proto__'] }),
    'a requirement of a constructor': notificationType({ requiredData: ['name.constructor'] }),
    'a requirement with a path': notificationType({ requiredData: ['../name'] }),
    'a requirement of 10 KB': notificationType({ requiredData: ['a.'.repeat(5_000) + 'a'] }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /requiredData', {
    '101 requirements': notificationType({ requiredData: many(101, (n) => `n${n}`) }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /fallback/timeoutMs', {
    'a timeout of a millisecond': notificationType({ fallback: { mode: 'fallback', timeoutMs: 1 } }),
    'a timeout of a year': notificationType({ fallback: { mode: 'fallback', timeoutMs: 31_536_000_000 } }),
    'a timeout below none': notificationType({ fallback: { mode: 'fallback', timeoutMs: -1 } }),
    'a text for a timeout': notificationType({ fallback: { mode: 'fallback', timeoutMs: '5000' } }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /fallback/mode', {
    'a mode there is not': notificationType({ fallback: { mode: 'constructor' } }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '422 validation_failed /origin', {
    'an origin of its own': notificationType({ origin: 'shipped:mfa_code' }),
  }),
  ...bodies(9, 'POST /v1/notification-types', '409 already_exists /type', {
    'a name that is taken': notificationType({ type: 'hostile_note' }),
  }),
  ...bodies(9, 'POST /v1/templates', '422 validation_failed /channel', {
    'a template for a channel there is not': { name: 'x', channel: 'fax', text: 'x' },
    'a template for a channel called __proto__': { name: 'x', channel: '__proto__', text: 'x' },
  }),
  ...bodies(6, 'POST /v1/templates', '422 template_forbidden_expression /text', {
    'the constructor in a text message': { name: 'x', channel: 'sms', text: '{{constructor.constructor}}' },
    'a look-up of the prototype in a push': {
      name: 'x',
      channel: 'push',
      text: '{{lookup this "__proto__"}}',
    },
  }),
];

/** 9 and 18: who somebody is, what they want, and where they take it. */
const users: readonly HostileRow[] = [
  ...bodies(9, 'PUT /v1/users/{user}', '422 validation_failed /addresses/fax', {
    'a kind of address there is not': user({ addresses: { fax: '1' } }),
  }),
  ...bodies(9, 'PUT /v1/users/{user}', '422 validation_failed /addresses/email', {
    'an address in two places': user({ addresses: { email: 'a@canary.example' } }),
  }),
  ...bodies(9, 'PUT /v1/users/{user}', '422 validation_failed /addresses/__proto__', {
    'a prototype among the addresses': '{"addresses":{"__proto__":{"email":"x"}}}',
  }),
  ...bodies(9, 'PUT /v1/users/{user}', '422 validation_failed /addresses', {
    'addresses that are a list': user({ addresses: ['a@canary.example'] }),
    '15,000 addresses': user({ addresses: Object.fromEntries(many(15_000, (n) => [`k${n}`, 'x']) as []) }),
  }),
  ...bodies(9, 'PUT /v1/users/{user}', '422 validation_failed /email', {
    'an operator for an address': user({ email: { $ne: null } }),
  }),
  ...bodies(9, 'PUT /v1/users/{user}', '422 validation_failed /locale', {
    'a locale that is none': user({ locale: 'en_US' }),
    'a locale that is a path': user({ locale: '../../de' }),
    'a locale of 10 KB': user({ locale: 'a'.repeat(10_000) }),
  }),
  ...bodies(18, 'PUT /v1/users/{user}', '422 validation_failed /timezone', {
    'a zone there is not': user({ timezone: 'Mars/Phobos' }),
    'a zone called __proto__': user({ timezone: '__proto__' }),
    'a zone that is a path': user({ timezone: '../../etc/localtime' }),
  }),
  ...bodies(18, 'PUT /v1/users/{user}', '422 validation_failed /quietHours/from', {
    'quiet hours from 24:00': user({ quietHours: { from: '24:00', to: '07:00' } }),
    'quiet hours from 25:00': user({ quietHours: { from: '25:00', to: '07:00' } }),
    'quiet hours of 10 KB': user({ quietHours: { from: '1'.repeat(10_000), to: '07:00' } }),
  }),
  ...bodies(18, 'PUT /v1/users/{user}', '422 validation_failed /quietHours/to', {
    'quiet hours without an end': user({ quietHours: { from: '22:00' } }),
  }),
  ...bodies(18, 'PUT /v1/users/{user}', '422 validation_failed /quietHours', {
    'quiet hours that are a text': user({ quietHours: '22:00-07:00' }),
  }),
  ...bodies(9, 'PUT /v1/users/{user}/preferences', '422 validation_failed /channels', {
    'channels that are a text': { channels: 'email' },
    '15,000 channels': { channels: many(15_000, () => 'email') },
  }),
  ...bodies(9, 'PUT /v1/users/{user}/preferences', '422 validation_failed /channels/0', {
    'a channel there is not': { channels: ['fax'] },
    'a channel called constructor': { channels: ['constructor'] },
    'an operator for a channel': { channels: [{ $ne: 'email' }] },
  }),
  ...bodies(9, 'PUT /v1/users/{user}/preferences', '422 validation_failed /channels/1', {
    'a channel twice': { channels: ['email', 'email'] },
  }),
  ...bodies(9, 'PUT /v1/users/{user}/preferences', '422 validation_failed /types', {
    'types that are a list': { types: ['receipt'] },
    '201 types': { types: Object.fromEntries(many(201, (n) => [`t${n}`, []]) as []) },
    '15,000 types': { types: Object.fromEntries(many(15_000, (n) => [`t${n}`, []]) as []) },
  }),
  ...bodies(9, 'PUT /v1/users/{user}/preferences', '422 validation_failed /types/A~1B', {
    'a type that is none': { types: { 'A/B': [] } },
  }),
  ...bodies(9, 'PUT /v1/users/{user}/preferences', '422 validation_failed /types/__proto__', {
    'a prototype among the types': '{"types":{"__proto__":["email"]}}',
  }),
  ...bodies(9, 'PUT /v1/users/{user}/preferences', '422 validation_failed /categories/constructor', {
    'a constructor among the categories': '{"categories":{"constructor":{"prototype":[]}}}',
  }),
  ...bodies(9, 'POST /v1/users/{user}/devices', '422 validation_failed /platform', {
    'a platform there is not': device({ platform: 'toaster' }),
    'a platform called __proto__': device({ platform: '__proto__' }),
  }),
  ...bodies(9, 'POST /v1/users/{user}/devices', '422 validation_failed', {
    'neither token nor fid': { platform: 'ios' },
    'both token and fid': device({ fid: 'f'.repeat(22) }),
    'an operator for a token': device({ token: { $gt: '' } }),
  }),
  ...bodies(9, 'POST /v1/users/{user}/devices', '422 invalid_address /token', {
    'a token of 7 characters': device({ token: 't'.repeat(7) }),
    'a token of 5,000 characters': device({ token: 't'.repeat(5_000) }),
    'a token of half a megabyte': device({ token: 't'.repeat(500_000) }),
    'a token with a line break': device({ token: `${'t'.repeat(20)}\r\nX: 1` }),
    'a token with a path': device({ token: `../../${'t'.repeat(20)}` }),
  }),
  ...gatewayAnswers(
    '404 not_found',
    paths(9, 'PUT', '422 validation_failed', { 'a user with a path': '/v1/users/a%2f..%2fb' }, {}),
  ),
  ...paths(9, 'PUT', '422 validation_failed', { 'a user with a NUL': '/v1/users/a%00b' }, {}),
  ...paths(
    9,
    'PUT',
    '422 validation_failed',
    { 'a user of 900 characters': `/v1/users/${'u'.repeat(900)}` },
    {},
  ),
  ...paths(9, 'PUT', '201', { 'a user called __proto__': '/v1/users/__proto__' }, {}),
  ...paths(9, 'GET', '200', { 'the devices of a user called __proto__': '/v1/users/__proto__/devices' }),
  ...paths(9, 'DELETE', '204', { 'a user called __proto__, gone': '/v1/users/__proto__' }),
];

export const userRows: readonly HostileRow[] = [...types, ...users];
