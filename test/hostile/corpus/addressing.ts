import { bodies, type HostileRow, paths, saying } from '../rows.js';
import { campaign, mail, person } from './parts.js';

const BCC = '\r\nBcc: evil@canary.example';
const LONG = `${'a'.repeat(10_000)}@canary.example`;

/** 3: a value that would begin another header, or be two recipients. */
const injection: readonly HostileRow[] = [
  ...bodies(3, 'POST /v1/templates', '422 header_injection /subject', {
    'a subject that ends its header': { name: 'x', subject: `Hi${BCC}`, text: 'x' },
    'a subject with a bare line feed': { name: 'x', subject: 'Hi\nX: 1', text: 'x' },
    'a subject with a bare carriage return': { name: 'x', subject: 'Hi\rX: 1', text: 'x' },
  }),
  ...bodies(3, 'POST /v1/templates', '422 validation_failed /name', {
    'a name of two lines': { name: `x${BCC}`, text: 'x' },
  }),
  ...bodies(3, 'POST /v1/templates/{template}/preview', '422 header_injection', {
    'a value that ends the subject': { data: { name: `A${BCC}` } },
  }),
  ...bodies(3, 'POST /v1/templates/{template}/test-send', '422 header_injection', {
    'a value that ends the subject': mail({ data: { name: `A${BCC}` } }),
  }),
  ...bodies(3, 'POST /v1/templates/{template}/test-send', '422 header_injection /to', {
    'a recipient that ends its header': mail({ to: `b@canary.example${BCC}` }),
    'a line break in front of a recipient': mail({ to: '\r\nb@canary.example' }),
  }),
  ...bodies(3, 'POST /v1/templates/{template}/test-send', '422 header_injection /from', {
    'a sender that ends its header': mail({ from: `A${BCC} <a@canary.example>` }),
  }),
  ...bodies(3, 'POST /v1/templates/{template}/test-send', '422 invalid_address /to', {
    'two recipients in one': mail({ to: 'a@canary.example,b@canary.example' }),
    'two recipients with a name': mail({ to: 'A <a@canary.example>, b@canary.example' }),
    'a group': mail({ to: 'all: a@canary.example, b@canary.example;' }),
    'a route': mail({ to: '@evil.canary.example:a@canary.example' }),
  }),
  ...bodies(3, 'POST /v1/campaigns', '422 header_injection /name', {
    'a name of two lines': campaign({ name: `Hi${BCC}` }),
  }),
  ...bodies(3, 'POST /v1/campaigns', '422 header_injection /subject', {
    'a subject that ends its header': campaign({ subject: `Hi${BCC}` }),
  }),
  ...bodies(3, 'POST /v1/campaigns', '422 header_injection /from', {
    'a sender that ends its header': campaign({ from: `A${BCC} <a@canary.example>` }),
  }),
  ...bodies(3, 'POST /v1/campaigns', '422 header_injection /replyTo', {
    'a reply address that ends its header': campaign({ replyTo: `a@canary.example${BCC}` }),
  }),
  ...bodies(3, 'POST /v1/campaigns', '422 invalid_address /from', {
    'two senders': campaign({ from: 'a@canary.example, b@canary.example' }),
  }),
  ...bodies(3, 'POST /v1/campaigns', '422 validation_failed /headers', {
    'a header name of two lines': campaign({ headers: { [`X-A${BCC}`]: '1' } }),
  }),
  ...bodies(3, 'POST /v1/lists', '422 validation_failed /name', {
    'a name of two lines': { name: `x${BCC}` },
    'a name with a NUL': { name: 'x\u0000' },
  }),
  ...bodies(3, 'POST /v1/subscribers', '422 header_injection /email', {
    'an address that ends its header': person({ email: `b@canary.example${BCC}` }),
    'an address with a NUL': '{"email":"a@canary.example\\u0001"}',
  }),
  ...bodies(3, 'POST /v1/subscribers', '422 invalid_address /email', {
    'two addresses in one': person({ email: 'a@canary.example,b@canary.example' }),
    'a name beside the address': person({ email: 'A <a@canary.example>' }),
  }),
  ...bodies(3, 'POST /v1/subscribers', '422 validation_failed /name', {
    'a name of two lines': person({ name: `A${BCC}` }),
  }),
  ...bodies(3, 'PATCH /v1/subscribers/{subscriber}', '422 validation_failed /name', {
    'a name of two lines': { name: `A${BCC}` },
  }),
  ...bodies(3, 'POST /v1/suppressions', '422 header_injection /email', {
    'an address that ends its header': { email: `b@canary.example${BCC}` },
  }),
  ...bodies(3, 'POST /v1/failed-messages/{delivery}/resolve', '422 validation_failed /reason', {
    'a reason of two lines': { reason: `x${BCC}` },
  }),
  ...bodies(3, 'POST /v1/api-keys', '422 validation_failed /name', {
    'a name of two lines': { name: `x${BCC}`, scopes: ['admin'] },
  }),
  ...paths(3, 'GET', '422 header_injection email', {
    'a search for an address that ends its header': '/v1/subscribers?email=b@canary.example%0d%0aBcc:%20e',
    'a search of deliveries for one': '/v1/deliveries?email=b@canary.example%0d%0aBcc:%20e',
    'a search of suppressions for one': '/v1/suppressions?email=b@canary.example%0d%0aBcc:%20e',
  }),
];

/** 4: what would read a file or fetch an address of ours. */
const attachments: readonly HostileRow[] = [
  ...bodies(4, 'POST /v1/templates/{template}/test-send', '422 validation_failed /attachments', {
    'a file for an attachment': mail({ attachments: [{ path: '/etc/hostname' }] }),
    'an address for an attachment': mail({ attachments: [{ href: 'http://169.254.169.254/' }] }),
    'a file name that leads elsewhere': mail({ attachments: [{ filename: '../x\r\nA: 1', content: 'x' }] }),
  }),
  ...bodies(4, 'POST /v1/campaigns', '422 validation_failed /attachments', {
    'a file for an attachment': campaign({ attachments: [{ path: '/etc/hostname' }] }),
  }),
  ...bodies(4, 'POST /v1/templates', '422 template_must_be_string /html', {
    'a file for the html part': { name: 'x', html: { path: '/etc/hostname' } },
  }),
  ...bodies(4, 'POST /v1/templates', '422 template_must_be_string /text', {
    'an address for the text part': { name: 'x', text: { href: 'http://169.254.169.254/' } },
  }),
  ...saying(
    bodies(4, 'POST /v1/templates/{template}/preview', '200', {
      'a body that would end its message': { data: { name: '.' } },
    }),
    /"text":"Hello \.\\n"|"text":"Hello \."/,
  ),
];

/** 5: addresses at and beyond the limits of RFC 5321. */
const addresses: readonly HostileRow[] = [
  ...bodies(5, 'POST /v1/subscribers', '422 invalid_address /email', {
    'an address of 10 KB': person({ email: LONG }),
    'an address of 10 KB of dots': person({ email: `${'a.'.repeat(5_000)}a@canary.example` }),
    'an address of 10 KB of quotes': person({ email: `"${'\\"'.repeat(5_000)}"@canary.example` }),
    'an address of 10 KB of domains': person({ email: `a@${'canary.'.repeat(1_500)}example` }),
    'a local part of 65': person({ email: `${'l'.repeat(65)}@canary.example` }),
    'an address of 255': person({ email: `a@${'canary.example.'.repeat(17).slice(0, 252)}x` }),
    'a label of 64': person({ email: `a@${'d'.repeat(64)}.canary.example` }),
    'no domain': person({ email: 'a@' }),
    'no local part': person({ email: '@canary.example' }),
    'a domain of one label': person({ email: 'a@canary' }),
    'a number for a domain': person({ email: 'a@127.0.0.1' }),
    'an address literal': person({ email: 'a@[127.0.0.1]' }),
    'a path behind the domain': person({ email: 'a@canary.example/x' }),
    'two at signs': person({ email: 'a@b@canary.example' }),
    'letters of another script': person({ email: 'пример@canary.example' }),
    nothing: person({ email: '' }),
  }),
  ...bodies(5, 'POST /v1/suppressions', '422 invalid_address /email', {
    'an address of 10 KB': { email: LONG },
  }),
  ...bodies(5, 'POST /v1/templates/{template}/test-send', '422 invalid_address /to', {
    'an address of 10 KB': mail({ to: LONG }),
  }),
  ...bodies(5, 'POST /v1/templates/{template}/test-send', '422 invalid_address /from', {
    'a sender of 10 KB': mail({ from: LONG }),
  }),
  ...bodies(5, 'POST /v1/campaigns', '422 validation_failed /from', {
    'a sender of 10 KB': campaign({ from: LONG }),
  }),
  ...paths(5, 'GET', '422 invalid_address email', { 'a search for 10 KB': `/v1/subscribers?email=${LONG}` }),
  ...bodies(5, 'POST /v1/subscribers', '201', {
    'an address at every limit': person({
      email: `${'l'.repeat(64)}@${'d'.repeat(63)}.${'e'.repeat(63)}.${'f'.repeat(46)}.canary.example`,
    }),
    'a quoted address': person({ email: '"two words"@canary.example' }),
    'an internationalised domain': person({ email: 'a@bücher.canary.example' }),
    'a tagged address': person({ email: 'a+tag@canary.example' }),
    'every character a local part may have': person({ email: "!#$%&'*+/=?^_`{|}~-@canary.example" }),
  }),
];

export const addressingRows: readonly HostileRow[] = [...injection, ...attachments, ...addresses];
