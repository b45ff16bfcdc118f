import { bodies, type HostileRow } from '../rows.js';
import { endpoint } from './parts.js';

const at = (urls: readonly string[]): Record<string, object> =>
  Object.fromEntries(urls.map((url) => [`the URL ${url.slice(0, 80)}`, endpoint({ url })]));

/** Places that nobody outside may have us call, in every way of writing them. `{trap}` is a port that is listened on. */
const INSIDE: readonly string[] = [
  'http://169.254.169.254/',
  'https://169.254.169.254/latest/meta-data/iam/security-credentials/',
  'http://2852039166/',
  'https://0xa9fea9fe/',
  'https://0251.0376.0251.0376/',
  'https://0xa9.0xfe.43518/',
  'http://2130706433/',
  'https://2130706433:{trap}/',
  'http://0x7f.1/',
  '0x7f.1',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://017700000001/',
  'https://127.1/',
  'https://127.0.1/',
  'https://0/',
  'https://0.0.0.0/',
  'http://127.0.0.1:{trap}/',
  'https://127.0.0.1:{trap}/',
  'https://127.255.255.254/',
  'https://127.0.0.1./',
  'https://１２７.０.０.１/',
  'https://①②⑦.⓪.⓪.①/',
  'https://%31%32%37.0.0.1/',
  'https:127.0.0.1',
  'https:\\\\127.0.0.1\\',
  '\thttps://127.0.0.1/',
  'https://10.0.0.1/',
  'https://172.16.0.1/',
  'https://192.168.0.1/',
  'https://100.64.0.1/',
  'https://198.18.0.1/',
  'https://224.0.0.1/',
  'https://255.255.255.255/',
  'http://[::ffff:169.254.169.254]',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[::ffff:127.0.0.1]:{trap}/',
  'https://[::ffff:7f00:1]/',
  'https://[0:0:0:0:0:ffff:7f00:1]/',
  'https://[::127.0.0.1]/',
  'https://[::1]:{trap}/',
  'https://[::]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[fd00:ec2::254]/',
  'https://[fe80::1]/',
  'https://[ff02::1]/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://a.localhost:{trap}/',
];
const OTHER_SCHEMES: readonly string[] = [
  'file:///etc/passwd',
  'gopher://hooks.canary.example/_x',
  'ftp://hooks.canary.example/',
  'javascript:alert(1)',
  'data:text/plain,x',
  'ws://hooks.canary.example/',
  'unix:/var/run/docker.sock',
  'http://hooks.canary.example/',
];
const NO_URLS: readonly string[] = [
  '',
  'nowhere',
  '/hooks',
  '//hooks.canary.example/',
  'https://',
  'https://hooks.canary.example:0x50/',
  'https://hooks.canary.example:65536/',
  'https://hooks.canary.example:99999/',
  'https://user@hooks.canary.example/',
  'https://user:pass@hooks.canary.example/',
  'https://hooks.canary.example:443@127.0.0.1/',
  'https://:x@hooks.canary.example/',
  'https://hooks canary.example/',
  'https://hooks.canary.example\u0000.evil.example/',
  'https://[::1/',
  'https://[fe80::1%25eth0]/',
  'https://1.2.3.256/',
  `https://hooks.canary.example/${'a'.repeat(2_048)}`,
  `https://${'a.'.repeat(5_000)}example/`,
];

/** 1: endpoints that lead inside, to what is no endpoint, or nowhere. */
const urls: readonly HostileRow[] = [
  'POST /v1/webhook-endpoints',
  'PATCH /v1/webhook-endpoints/{endpoint}',
].flatMap((request) => [
  ...bodies(1, request, '422 address_forbidden /url', at(INSIDE)),
  ...bodies(1, request, '422 scheme_forbidden /url', at(OTHER_SCHEMES)),
  ...bodies(1, request, '422 validation_failed /url', {
    ...at(NO_URLS),
    'an operator for a URL': endpoint({ url: { $ne: null } }),
    'a list of URLs': endpoint({ url: ['https://hooks.canary.example/'] }),
  }),
  ...bodies(9, request, '422 validation_failed /events', {
    'no event': endpoint({ events: [] }),
    'an event that is none': endpoint({ events: ['a b'] }),
    'an event with a line break': endpoint({ events: ['a\nb'] }),
    'an event of 101 characters': endpoint({ events: ['e'.repeat(101)] }),
    'an operator for events': endpoint({ events: { $ne: null } }),
    '101 events': endpoint({ events: Array.from({ length: 101 }, (_, n) => `e${n}`) }),
    '15,000 events': endpoint({ events: Array.from({ length: 15_000 }, () => 'e') }),
  }),
  ...bodies(9, request, '422 validation_failed /secret', {
    'a secret of its own': endpoint({ secret: 'whsec_mine' }),
  }),
]);

const commands: readonly HostileRow[] = [
  ...bodies(9, 'PATCH /v1/webhook-endpoints/{endpoint}', '422 validation_failed /status', {
    'a status there is not': { status: 'gone' },
  }),
  ...bodies(9, 'POST /v1/webhook-endpoints/{endpoint}/replay', '422 validation_failed /since', {
    'a time there is not': { since: '2026-13-01T00:00:00Z' },
    'a time without a zone': { since: '2026-01-01T00:00:00' },
    'an operator for a time': { since: { $gt: '' } },
  }),
  ...bodies(9, 'POST /v1/webhook-endpoints/{endpoint}/replay', '422 validation_failed /messageId', {
    'an operator for a message': { messageId: { $gt: '' } },
    'a message of 10 KB': { messageId: 'm'.repeat(10_000) },
  }),
  ...bodies(11, 'POST /v1/webhook-endpoints/{endpoint}/replay', '404 not_found', {
    'a message there is not': { messageId: 'evt_x' },
    'a message that is a statement': { messageId: "x' OR '1'='1" },
  }),
];

export const webhookRows: readonly HostileRow[] = [...urls, ...commands];
