import { describe, expect, it } from '@jest/globals';
import { classifyFcm, fcmRefusal } from './classify-fcm.js';

const FCM_ERROR = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
const BAD_REQUEST = 'type.googleapis.com/google.rpc.BadRequest';

const coded = (errorCode: string) => ({ '@type': FCM_ERROR, errorCode });
const fields = (...names: (string | undefined)[]) => ({
  '@type': BAD_REQUEST,
  fieldViolations: names.map((field) => ({ field, description: 'no' })),
});
const body = (status: string, ...details: object[]) =>
  JSON.stringify({ error: { code: 0, message: 'words', status, details } });

const GONE = { kind: 'rejected', hardBounce: true };
const REJECTED = { kind: 'rejected' };
const PAUSE = { kind: 'throttled', retryAfterMs: 60_000 };
const PAGE = '<html>no</html>';

type Row = readonly [what: string, status: number, body: string, outcome: object];

const rows: readonly Row[] = [
  ['a device that is gone', 404, body('NOT_FOUND', coded('UNREGISTERED')), GONE],
  ['the same without an error code', 404, body('NOT_FOUND'), GONE],
  ['a path that there is none of', 404, PAGE, { kind: 'misconfigured' }],
  ['a token that is none', 400, body('INVALID_ARGUMENT', coded('INVALID_ARGUMENT')), GONE],
  [
    'the same, told as a field',
    400,
    body('INVALID_ARGUMENT', coded('INVALID_ARGUMENT'), fields('message.token')),
    GONE,
  ],
  [
    'a bad field',
    400,
    body('INVALID_ARGUMENT', coded('INVALID_ARGUMENT'), fields('message.android.ttl')),
    REJECTED,
  ],
  [
    'a bad field beside a bad token',
    400,
    body('INVALID_ARGUMENT', fields('message.token', 'message.data'), coded('INVALID_ARGUMENT')),
    REJECTED,
  ],
  [
    'a fault without a field',
    400,
    body('INVALID_ARGUMENT', coded('INVALID_ARGUMENT'), fields(undefined)),
    REJECTED,
  ],
  ['no field at all', 400, body('INVALID_ARGUMENT', coded('INVALID_ARGUMENT'), fields()), REJECTED],
  ['a payload that Google’s front refuses', 400, body('INVALID_ARGUMENT', fields('message')), REJECTED],
  ['an argument that nobody explains', 400, body('INVALID_ARGUMENT'), REJECTED],
  ['a page that says 400', 400, PAGE, { kind: 'unavailable' }],
  ['another sender’s device', 403, body('PERMISSION_DENIED', coded('SENDER_ID_MISMATCH')), GONE],
  ['no permission', 403, body('PERMISSION_DENIED'), { kind: 'misconfigured' }],
  [
    'Apple’s certificate',
    401,
    body('UNAUTHENTICATED', coded('THIRD_PARTY_AUTH_ERROR')),
    { kind: 'misconfigured' },
  ],
  ['our own token', 401, body('UNAUTHENTICATED'), { kind: 'misconfigured' }],
  ['a quota', 429, body('RESOURCE_EXHAUSTED', coded('QUOTA_EXCEEDED')), PAUSE],
  ['a quota without an error code', 429, body('RESOURCE_EXHAUSTED'), PAUSE],
  ['a page that says 429', 429, PAGE, PAUSE],
  ['an overload', 503, body('UNAVAILABLE', coded('UNAVAILABLE')), { kind: 'unavailable' }],
  ['an overload in front', 503, body('UNAVAILABLE'), { kind: 'unavailable' }],
  ['a page that says 503', 503, PAGE, { kind: 'unavailable' }],
  ['a failure that FCM owns up to', 500, body('INTERNAL', coded('INTERNAL')), { kind: 'unavailable' }],
  ['a failure somewhere', 500, body('INTERNAL'), { kind: 'unknown' }],
  ['a page that says 500', 500, PAGE, { kind: 'unknown' }],
  ['a gateway', 502, PAGE, { kind: 'unknown' }],
  ['a gateway that waited', 504, body('DEADLINE_EXCEEDED'), { kind: 'unknown' }],
  ['a code of the future', 400, body('INVALID_ARGUMENT', coded('NEW_ONE')), REJECTED],
  ['a code of the future at 500', 500, body('INTERNAL', coded('NEW_ONE')), { kind: 'unknown' }],
  ['a name that every object has', 500, body('x', coded('constructor')), { kind: 'unknown' }],
  ['a success that is no success', 204, '', { kind: 'unknown' }],
  ['a success with an error in it', 202, body('NOT_FOUND', coded('UNREGISTERED')), { kind: 'unknown' }],
  ['a redirect', 302, '', { kind: 'unavailable' }],
  ['details that are no list', 404, '{"error":{"status":"NOT_FOUND","details":7}}', GONE],
  ['an error that is no object', 500, '{"error":"no"}', { kind: 'unknown' }],
];

describe('what a refusal by FCM means', () => {
  it.each(rows)('%s: %i', (_, status, text, outcome) => {
    const expected = { reason: expect.stringMatching(/./), ...outcome };
    expect(classifyFcm(fcmRefusal(status, text, undefined))).toEqual(expected);
  });

  it('is told in FCM’s own words', () => {
    const refusal = fcmRefusal(404, body('NOT_FOUND', coded('UNREGISTERED')), undefined);
    expect(classifyFcm(refusal)).toMatchObject({ reason: 'UNREGISTERED: words' });
  });

  it('is to wait for as long as FCM says, if it says so', () => {
    const refusal = fcmRefusal(429, body('RESOURCE_EXHAUSTED', coded('QUOTA_EXCEEDED')), 7000);
    expect(classifyFcm(refusal)).toMatchObject({ kind: 'throttled', retryAfterMs: 7000 });
  });
});
