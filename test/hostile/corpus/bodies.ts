import { gzipSync } from 'node:zlib';
import { bodies, gatewayAnswers, type HostileRow, paths, raw } from '../rows.js';
import { campaign, mail, person } from './parts.js';

const fields = (many: number): string => Array.from({ length: many }, (_, n) => `"f${n}":1`).join();

const WRITES: readonly string[] = [
  'POST /v1/templates',
  'PUT /v1/templates/{template}',
  'POST /v1/templates/{template}/preview',
  'POST /v1/templates/{template}/test-send',
  'POST /v1/campaigns',
  'POST /v1/campaigns/{campaign.draft}/schedule',
  'POST /v1/lists',
  'POST /v1/subscribers',
  'PATCH /v1/subscribers/{subscriber}',
  'POST /v1/suppressions',
  'POST /v1/failed-messages/retry',
  'POST /v1/failed-messages/{delivery}/resolve',
  'POST /v1/api-keys',
  'POST /v1/notification-types',
  'PUT /v1/notification-types/{type}',
  'PUT /v1/users/{user}',
  'PUT /v1/users/{user}/preferences',
  'POST /v1/users/{user}/devices',
  'POST /v1/notifications',
  'POST /v1/notifications/batch',
  'POST /v1/webhook-endpoints',
  'PATCH /v1/webhook-endpoints/{endpoint}',
  'POST /v1/webhook-endpoints/{endpoint}/replay',
];

/** 9: bodies that are something else than what they are taken for. */
const shapes: readonly HostileRow[] = [
  ...WRITES.flatMap((request) => [
    ...bodies(9, request, '422 validation_failed /__proto__', { 'a prototype': '{"__proto__":{"admin":1}}' }),
    ...bodies(9, request, '422 validation_failed /constructor', {
      'a constructor': '{"constructor":{"prototype":{"admin":1}}}',
    }),
    ...bodies(9, request, '422 validation_failed', {
      'a list': '[]',
      'a text': '"x"',
      nothing: 'null',
      'no body': '',
    }),
    ...bodies(9, request, '422 validation_failed /workspaceId', {
      'a workspace': '{"workspaceId":"wsp_00000000000000000000000000"}',
    }),
    ...bodies(9, request, '422 validation_failed /id', { 'an id': '{"id":"x"}' }),
    ...bodies(9, request, '422 validation_failed /toString', { 'a method': '{"toString":"x"}' }),
  ]),
  ...bodies(9, 'POST /v1/templates/{template}/preview', '422 validation_failed /data/__proto__', {
    'a prototype among the data': '{"data":{"__proto__":{"admin":1}}}',
    'an escaped prototype': '{"data":{"\\u005f_proto__":{"admin":1}}}',
  }),
  ...bodies(9, 'POST /v1/subscribers', '422 validation_failed /attributes/__proto__', {
    'a prototype among the attributes': '{"email":"a@canary.example","attributes":{"__proto__":{"admin":1}}}',
  }),
  ...bodies(9, 'POST /v1/subscribers', '422 validation_failed', {
    'an attribute called prototype': person({ attributes: { prototype: 1 } }),
    'attributes of 20 KB': person({ attributes: { a: 'x'.repeat(20_000) } }),
  }),
  ...bodies(9, 'POST /v1/templates/{template}/test-send', '422 validation_failed /to', {
    'an operator for an address': mail({ to: { $ne: null } }),
    'a list for an address': mail({ to: ['a@canary.example', 'b@canary.example'] }),
  }),
  ...bodies(9, 'POST /v1/subscribers', '422 validation_failed /email', {
    'an operator for an address': person({ email: { $ne: null } }),
    'a number for an address': person({ email: 5 }),
  }),
  ...bodies(9, 'POST /v1/campaigns', '422 validation_failed /status', {
    'a status of its own': campaign({ status: 'running' }),
  }),
  ...bodies(9, 'POST /v1/campaigns', '422 validation_failed /revision', {
    'a revision': campaign({ revision: 9 }),
  }),
  ...bodies(9, 'POST /v1/campaigns', '422 validation_failed /rate', {
    'no rate at all': campaign({ rate: 0 }),
    'a rate below none': campaign({ rate: -1 }),
    'a text for a rate': campaign({ rate: '5' }),
    'a rate without end': JSON.stringify(campaign({ rate: 1 })).replace('"rate":1', '"rate":1e999'),
  }),
  ...bodies(9, 'POST /v1/campaigns', '422 validation_failed /audience', {
    everybody: campaign({ audience: '*' }),
  }),
  ...bodies(9, 'POST /v1/campaigns', '422 validation_failed /audience/listIds', {
    'an operator for lists': campaign({ audience: { listIds: { $gt: '' } } }),
    'no list': campaign({ audience: { listIds: [] } }),
    'a hundred lists and one': campaign({ audience: { listIds: Array.from({ length: 101 }, () => 'x') } }),
  }),
  ...bodies(9, 'POST /v1/failed-messages/retry', '422 validation_failed /filter/workspaceId', {
    'a workspace further in': { filter: { workspaceId: 'x' } },
  }),
  ...bodies(9, 'POST /v1/failed-messages/retry', '422 validation_failed /filter', {
    'a filter that is a text': { filter: 'all' },
    'no filter': {},
  }),
  ...paths(9, 'GET', '422 validation_failed', {
    'an operator in a query': '/v1/subscribers?email[$ne]=x',
    'a query twice': '/v1/deliveries?email=a@canary.example&email=b@canary.example',
    'a prototype in a query': '/v1/deliveries?__proto__[admin]=1',
    'a limit of none': '/v1/lists?limit=0',
    'a limit without end': '/v1/lists?limit=Infinity',
    'a limit in hexadecimal': '/v1/lists?limit=0x10000',
  }),
  ...paths(9, 'GET', '400 invalid_cursor', {
    'a cursor of another list': `/v1/lists?after=${Buffer.from('["templates","x"]').toString('base64url')}`,
    'a cursor that is no text': `/v1/lists?after=${Buffer.from('["lists",{"$gt":""}]').toString('base64url')}`,
    'a cursor that is nonsense': '/v1/campaigns?after=%00%ff',
  }),
];

const KEYED = 'host: x\r\nauthorization: Bearer {key}\r\n';
const JSON_TYPE = 'content-type: application/json\r\n';
const bomb = gzipSync(Buffer.alloc(64_000_000, ' '));

/** 10: bodies and messages that are broken, endless or packed. */
const broken: readonly HostileRow[] = [
  ...WRITES.flatMap((request) =>
    bodies(10, request, '400 invalid_json', {
      '100,000 levels': '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000),
    }),
  ),
  ...bodies(10, 'POST /v1/subscribers', '400 invalid_json', {
    'a megabyte of brackets': '['.repeat(1_000_000),
    'half an object': '{"email":',
    'a byte order mark': '\ufeff{}',
    'a comment': '{/**/}',
    'a number that is none': '{"email":NaN}',
    'a raw NUL': '{"email":"a\u0000"}',
  }),
  ...bodies(10, 'POST /v1/subscribers', '422 validation_failed', {
    '70,000 fields': `{${fields(70_000)}}`,
    '70,000 attributes': `{"email":"a@canary.example","attributes":{${fields(70_000)}}}`,
    'an escaped NUL': '{"email":"a@canary.example","name":"\\u0000"}',
  }),
  ...bodies(10, 'POST /v1/campaigns', '422 validation_failed', {
    '340,000 audiences': `{"audience":[${'{},'.repeat(340_000)}{}]}`,
    '19,000 audiences': `{"audience":[${'{},'.repeat(19_000)}{}]}`,
    '19,000 lists': `{"audience":{"listIds":[${'"",'.repeat(19_000)}""]}}`,
  }),
  // What is said to be JSON the gateway makes a text of, before a function sees it.
  ...gatewayAnswers(
    '422 invalid_address',
    bodies(10, 'POST /v1/subscribers', '400 invalid_encoding', {
      'bytes that are not UTF-8': Buffer.from('{"email":"\xff\xfe"}', 'latin1'),
    }),
  ),
  ...gatewayAnswers(
    '400 invalid_json',
    bodies(10, 'POST /v1/subscribers', '400 invalid_encoding', {
      'an overlong slash': Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x7d]),
    }),
  ),
  ...bodies(10, 'POST /v1/subscribers', '400 invalid_encoding', {
    'half a surrogate pair': '{"email":"\\ud83d"}',
  }),
  ...bodies(10, 'POST /v1/subscribers', '413 body_too_large', {
    'two megabytes': Buffer.alloc(2_000_000, ' '),
  }),
  ...bodies(
    10,
    'POST /v1/subscribers',
    '413 body_too_large',
    { 'a packed bomb': bomb },
    { 'content-encoding': 'gzip' },
  ),
  ...bodies(
    10,
    'POST /v1/subscribers/import',
    '413 body_too_large',
    { 'a packed bomb': bomb },
    {
      'content-encoding': 'gzip',
      'content-type': 'text/csv',
    },
  ),
  ...bodies(
    10,
    'POST /v1/subscribers',
    '400 invalid_encoding',
    {
      'something that is not packed': '{}',
      'half a packed body': gzipSync('{"email":"a@canary.example"}').subarray(0, 20),
      'two packed bodies': Buffer.concat([gzipSync('{}'), Buffer.from('junk')]),
    },
    { 'content-encoding': 'gzip' },
  ),
  ...bodies(
    10,
    'POST /v1/subscribers',
    '415 unsupported_media_type',
    { 'an unknown packing': 'x' },
    { 'content-encoding': 'br' },
  ),
  ...['text/plain', 'application/xml', 'text/csv', 'application/x-www-form-urlencoded', 'nonsense'].flatMap(
    (type) =>
      bodies(
        10,
        'POST /v1/subscribers',
        '415 unsupported_media_type',
        { [`a body of ${type}`]: 'x' },
        { 'content-type': type },
      ),
  ),
  ...bodies(10, 'POST /v1/subscribers/import', '415 unsupported_media_type', { 'JSON for a CSV': '{}' }),
  ...raw(10, '413 body_too_large', {
    'a body that is announced as endless': `POST /v1/lists HTTP/1.1\r\n${KEYED}${JSON_TYPE}content-length: 999999999999\r\n\r\n{`,
  }),
  ...raw(10, '400 bad_request', {
    'two lengths': `POST /v1/lists HTTP/1.1\r\n${KEYED}${JSON_TYPE}content-length: 2\r\ncontent-length: 3\r\n\r\n{}`,
    'a length and chunks': `POST /v1/lists HTTP/1.1\r\n${KEYED}${JSON_TYPE}content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`,
    'a chunk without a size': `POST /v1/lists HTTP/1.1\r\n${KEYED}${JSON_TYPE}transfer-encoding: chunked\r\n\r\nzz\r\n\r\n`,
    'a header with a line break': `GET /v1/lists HTTP/1.1\r\n${KEYED}x-a: 1\rx-b: 2\r\n\r\n`,
    'another protocol': `GET /v1/lists HTTP/9.9\r\n${KEYED}\r\n`,
    'a mail session': 'EHLO canary.example\r\n',
    'a TLS greeting': '\u0016\u0003\u0001\u0002\u0000\u0001\u0000',
    'a method there is not': `BREW /v1/lists HTTP/1.1\r\n${KEYED}\r\n`,
  }),
  // Node answers this one by itself, and says nothing.
  ...raw(10, '400', { 'no host': 'GET /v1/lists HTTP/1.1\r\nauthorization: Bearer {key}\r\n\r\n' }),
  ...raw(10, '431 headers_too_large', {
    'headers of 100 KB': `GET /v1/lists HTTP/1.1\r\n${KEYED}x-a: ${'a'.repeat(100_000)}\r\n\r\n`,
  }),
  ...gatewayAnswers(
    'unasked',
    paths(10, 'GET', '400 bad_request', {
      'half an escape': '/v1/lists/%',
      'an escape that is none': '/v1/lists/%zz',
    }),
  ),
];

export const bodyRows: readonly HostileRow[] = [...shapes, ...broken];
