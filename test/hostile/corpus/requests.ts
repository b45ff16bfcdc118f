import { bodies, gatewayAnswers, headers, type HostileRow, paths, saying, transitions } from '../rows.js';
import { campaign } from './parts.js';

/** 12: keys that are none. */
const keys: readonly HostileRow[] = headers(
  12,
  'GET /v1/workspace',
  '401 unauthenticated',
  Object.fromEntries(
    [0, 1, 31, 63, 64, 65, 66, 127, 128, 511, 512, 513, 8_000].map((length) => [
      `a key of ${length} characters`,
      { authorization: `Bearer ${'k'.repeat(length)}` },
    ]),
  ),
).concat(
  headers(12, 'GET /v1/workspace', '401 unauthenticated', {
    'a key one character short': { authorization: 'Bearer {key.short}' },
    'a key with one character more': { authorization: 'Bearer {key}x' },
    'a key in the wrong case': { authorization: 'Bearer {key.upper}' },
    'a key with a space in it': { authorization: 'Bearer {key} {key}' },
    'a key behind another': { authorization: 'Bearer x, Bearer {key}' },
    'the key as a password': { authorization: 'Basic {key.basic}' },
    'the key alone': { authorization: '{key}' },
    'a token without a signature': { authorization: 'Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJvd25lciJ9.' },
    nothing: { authorization: '' },
  }),
);

/** 14: links that were tampered with (every single bit is flipped in the spec), and redirects to elsewhere. */
const links: readonly HostileRow[] = [
  ...paths(14, 'GET', '400 invalid_token', {
    'a link of nobody': '/u/AAAA',
    'a preview of a link': '/u/preview',
    'a link with more behind it': '/u/{token}AAAA',
    'half a link': '/u/{token.half}',
    'a link of a thousand characters': `/u/${'A'.repeat(1_000)}`,
  }),
  ...gatewayAnswers(
    '404 not_found',
    paths(14, 'GET', '400 invalid_token', {
      'a link to elsewhere': '/u/%2f%2fevil.com',
      'a link to elsewhere, the other way': '/u/%2f%5cevil.com',
    }),
  ),
  ...bodies(
    14,
    'POST /u/AAAA',
    '400 invalid_token',
    { 'one click': 'List-Unsubscribe=One-Click' },
    {
      'content-type': 'application/x-www-form-urlencoded',
    },
  ),
  ...bodies(
    14,
    'POST /u/{token}',
    '422 validation_failed',
    {
      'no click': '',
      'another click': 'List-Unsubscribe=Two-Clicks',
      'a click of another name': 'unsubscribe=One-Click',
      'a megabyte of separators': '&'.repeat(1_000_000),
    },
    { 'content-type': 'application/x-www-form-urlencoded' },
  ),
  ...bodies(14, 'POST /u/{token}', '415 unsupported_media_type', {
    'a click as JSON': { 'List-Unsubscribe': 'One-Click' },
  }),
  ...paths(14, 'GET', '404 not_found', {
    'a click to elsewhere': '/c/%2f%2fevil.com',
    'a click to elsewhere, the other way': '/c/%2f%5cevil.com?url=https://evil.com',
    'a host for a path': '//evil.com/v1/lists',
  }),
  ...paths(14, 'GET', '200', { 'a link that is only opened': '/u/{token}' }),
  ...paths(14, 'HEAD', '200', { 'a link that a scanner looks at': '/u/{token}' }),
];

/** 17: there are no segments yet, so nothing takes a filter, and no text is a pattern. */
const filters: readonly HostileRow[] = [
  ...bodies(17, 'POST /v1/campaigns', '422 validation_failed /audience/segmentId', {
    'a segment': campaign({ audience: { listIds: ['{list}'], segmentId: 'seg_1' } }),
  }),
  ...bodies(17, 'POST /v1/campaigns', '422 validation_failed /audience/filter', {
    'a filter of 60 levels': JSON.stringify(
      campaign({ audience: { listIds: ['{list}'], filter: 0 } }),
    ).replace('"filter":0', `"filter":${'{"not":'.repeat(60)}1${'}'.repeat(60)}`),
  }),
  ...bodies(17, 'POST /v1/campaigns', '400 invalid_json', {
    'a filter of 1,000 levels': JSON.stringify(campaign({ audience: { filter: 0 } })).replace(
      '"filter":0',
      `"filter":${'{"not":'.repeat(1_000)}1${'}'.repeat(1_000)}`,
    ),
  }),
  ...bodies(17, 'POST /v1/segments', '404 not_found', {
    'a pattern': { name: 'x', filter: '^(\\w+\\s?)*$' },
  }),
  ...paths(17, 'GET', '422 invalid_address email', {
    'a pattern for an address': '/v1/subscribers?email=%5E(%5Cw%2B%5Cs%3F)*%24',
  }),
  ...saying(
    paths(17, 'GET', '200', {
      'a pattern for a reason': '/v1/failed-messages?reason=%5E(%5Cw%2B%5Cs%3F)*%24',
      'a wildcard for a reason': '/v1/failed-messages?reason=%25',
    }),
    /"data":\[\]/,
  ),
];

const at = (scheduleAt: string, timezone?: string): object => ({
  scheduleAt,
  ...(timezone !== undefined && { timezone }),
});
const PAST: Readonly<Record<string, object>> = {
  'a time that is past': at('2020-01-01T00:00:00Z'),
  'a local time that is past': at('2020-01-01T00:00', 'Europe/Berlin'),
  'a time that is past for everybody': at('2020-01-01T00:00', 'recipient'),
  'the hour 25': at('2099-01-01T25:00', 'Europe/Berlin'),
  'the hour 25 of an instant': at('2099-01-01T25:00:00Z'),
  'the minute 60': at('2099-01-01T10:60', 'Europe/Berlin'),
  'February 30': at('2099-02-30T10:00', 'Europe/Berlin'),
  'the month 13': at('2099-13-01T10:00:00Z'),
  'a date alone': at('2099-01-01'),
  'a time in words': at('tomorrow'),
  'a number of milliseconds': at('4102444800000'),
  'nothing for a time': at(''),
  'five digits of a year': at('12099-01-01T00:00:00Z'),
  'a time with a line break': at('2099-01-01T00:00:00Z\r\n'),
};
const ZONES: Readonly<Record<string, object>> = {
  'an unknown zone': at('2099-01-01T10:00', 'Mars/Olympus_Mons'),
  'an offset for a zone': at('2099-01-01T10:00', '+02:00'),
  'a path for a zone': at('2099-01-01T10:00', '../../etc/passwd'),
  'nothing for a zone': at('2099-01-01T10:00', ''),
  'a zone beside an instant': at('2099-01-01T10:00:00Z', 'Europe/Berlin'),
  'no zone for a local time': at('2099-01-01T10:00'),
};

/** 18: times that do not come. */
const times: readonly HostileRow[] = [
  ...['/v1/campaigns', '/v1/campaigns/{campaign.draft}/schedule'].flatMap((path) => {
    const asWhole = (times: Readonly<Record<string, object>>): Record<string, object> =>
      path.endsWith('schedule')
        ? times
        : Object.fromEntries(Object.entries(times).map(([name, time]) => [name, campaign(time)]));
    return [
      ...bodies(18, `POST ${path}`, '422 invalid_schedule /scheduleAt', asWhole(PAST)),
      ...bodies(18, `POST ${path}`, '422 invalid_schedule /timezone', asWhole(ZONES)),
    ];
  }),
  ...bodies(18, 'POST /v1/campaigns', '422 invalid_schedule', {
    'a zone without a time': campaign({ timezone: 'Europe/Berlin' }),
  }),
  ...bodies(18, 'POST /v1/campaigns/{campaign.draft}/schedule', '422 validation_failed /scheduleAt', {
    'a number for a time': { scheduleAt: 4_102_444_800_000 },
    'no time': {},
  }),
  // Clocks in Berlin skip from 02:00 to 03:00 on 29 March 2099: the time moves on by as much.
  ...saying(
    bodies(18, 'POST /v1/campaigns', '201', {
      'an hour that clocks skip': campaign(at('2099-03-29T02:30', 'Europe/Berlin')),
    }),
    /"scheduleAt":"2099-03-29T01:30:00\.000Z"/,
  ),
  ...saying(
    bodies(18, 'POST /v1/campaigns', '201', {
      'an hour that clocks show twice': campaign(at('2099-10-25T02:30', 'Europe/Berlin')),
    }),
    /"scheduleAt":"2099-10-25T00:30:00\.000Z"/,
  ),
];

/** 19: commands that come too late, too early or twice. */
const lifecycle: readonly HostileRow[] = transitions(19, {
  draft: [
    ['pause', 'paused'],
    ['resume', 'running'],
  ],
  scheduled: [
    ['pause', 'paused'],
    ['resume', 'running'],
  ],
  running: [
    ['start', 'running'],
    ['schedule', 'scheduled'],
    ['resume', 'running'],
  ],
  paused: [
    ['start', 'running'],
    ['schedule', 'scheduled'],
    ['pause', 'paused'],
  ],
  cancelled: [
    ['schedule', 'scheduled'],
    ['start', 'running'],
    ['pause', 'paused'],
    ['resume', 'running'],
    ['cancel', 'cancelled'],
    ['retry-failed', 'running'],
  ],
  finished: [
    ['schedule', 'scheduled'],
    ['start', 'running'],
    ['pause', 'paused'],
    ['resume', 'running'],
    ['cancel', 'cancelled'],
  ],
});

/** Keys of repeated requests in odd shapes: no item of its own, but every write takes one. */
const repeats: readonly HostileRow[] = [
  ...headers(
    9,
    'POST /v1/lists',
    '400 invalid_idempotency_key',
    {
      'an empty Idempotency-Key': { 'idempotency-key': '' },
      'an Idempotency-Key of quotes': { 'idempotency-key': '""' },
      'an Idempotency-Key of 256 characters': { 'idempotency-key': 'k'.repeat(256) },
      'an Idempotency-Key of 10,000 characters': { 'idempotency-key': 'k'.repeat(10_000) },
      'an Idempotency-Key with a space': { 'idempotency-key': 'a b' },
      'an Idempotency-Key beyond ASCII': { 'idempotency-key': 'k\u00e9y' },
    },
    { name: 'x' },
  ),
  ...headers(
    9,
    'POST /v1/lists',
    '422 validation_failed',
    {
      'an Idempotency-Key called __proto__': { 'idempotency-key': '__proto__' },
      'an Idempotency-Key that is a statement': { 'idempotency-key': "x');DROP/**/TABLE/**/lists;--" },
      'an Idempotency-Key of 255 characters': { 'idempotency-key': 'k'.repeat(255) },
    },
    {},
  ),
  ...headers(
    9,
    'POST /v1/lists',
    '422 idempotency_key_reused',
    {
      'an Idempotency-Key used before': { 'idempotency-key': '__proto__' },
    },
    { name: 'x' },
  ),
];

export const requestRows: readonly HostileRow[] = [
  ...keys,
  ...links,
  ...filters,
  ...times,
  ...lifecycle,
  ...repeats,
];
