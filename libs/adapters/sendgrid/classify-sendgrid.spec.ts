import { describe, expect, it } from '@jest/globals';
import { classifySendGrid, type SendGridError } from './classify-sendgrid.js';

const NOW = Date.UTC(2026, 0, 5, 9);
const MIDNIGHT = Date.UTC(2026, 0, 6);

const says = (message: string, field: string | null = null): SendGridError[] => [{ message, field }];
const BAD = 'Does not contain a valid address.';

type Row = readonly [status: number, errors: readonly SendGridError[], alone: object, among: object];
const both = (status: number, errors: readonly SendGridError[], outcome: object): Row => [
  status,
  errors,
  outcome,
  outcome,
];

const refusals: readonly Row[] = [
  both(429, says('too many requests'), { kind: 'throttled', retryAfterMs: 3000 }),
  both(429, [], { kind: 'throttled', retryAfterMs: 3000 }),
  both(401, says('Maximum credits exceeded'), { kind: 'throttled', parkUntil: MIDNIGHT }),
  both(401, says('The provided authorization grant is invalid, expired, or revoked'), {
    kind: 'misconfigured',
  }),
  both(401, [], { kind: 'misconfigured' }),
  both(403, says('access forbidden'), { kind: 'misconfigured' }),
  both(403, says('The from address does not match a verified Sender Identity.', 'from'), {
    kind: 'misconfigured',
  }),
  both(400, says('Does not contain a valid address.', 'from.email'), { kind: 'misconfigured' }),
  both(404, says('not found'), { kind: 'misconfigured' }),
  both(405, says('method not allowed'), { kind: 'misconfigured' }),
  both(406, says('missing Accept'), { kind: 'misconfigured' }),
  both(415, says('Content-Type should be application/json.'), { kind: 'misconfigured' }),
  both(500, says('Internal Server Error'), { kind: 'unknown' }),
  both(502, [], { kind: 'unknown' }),
  both(504, [], { kind: 'unknown' }),
  both(200, [], { kind: 'unknown' }),
  both(503, [], { kind: 'unavailable' }),
  both(400, [], { kind: 'unavailable' }),
  [400, says('Bad Request'), { kind: 'rejected' }, { kind: 'unavailable' }],
  [
    400,
    says('The content value must be a string.', 'content.0.value'),
    { kind: 'rejected' },
    { kind: 'unavailable' },
  ],
  [
    413,
    says('The maximum size of the message exceeds the limit.'),
    { kind: 'rejected' },
    { kind: 'unavailable' },
  ],
];

describe('what a refusal by SendGrid means', () => {
  it.each(refusals)('%i %j for a message alone: %j', (status, errors, alone) => {
    const outcomes = classifySendGrid({ status, errors, retryAfterMs: 3000 }, 1, NOW);
    expect(outcomes).toEqual([{ reason: expect.any(String), ...alone }]);
  });

  it.each(refusals)('%i %j for several', (status, errors, _, among) => {
    const outcomes = classifySendGrid({ status, errors, retryAfterMs: 3000 }, 2, NOW);
    expect(outcomes).toEqual(Array(2).fill({ reason: expect.any(String), ...among }));
  });
});

describe('a call that SendGrid refuses for single recipients', () => {
  const classify = (errors: readonly SendGridError[], count: number) =>
    classifySendGrid({ status: 400, errors, retryAfterMs: undefined }, count, NOW);

  it('rejects those it names and returns the others, to be sent again at once', () => {
    const errors = [
      ...says(BAD, 'personalizations.1.to.0.email'),
      ...says('Duplicate.', 'personalizations.3.to'),
    ];
    const back = { kind: 'throttled', reason: expect.any(String), retryAfterMs: 0 };
    expect(classify(errors, 4)).toEqual([
      back,
      { kind: 'rejected', reason: `personalizations.1.to.0.email: ${BAD}` },
      back,
      { kind: 'rejected', reason: 'personalizations.3.to: Duplicate.' },
    ]);
  });

  it('rejects the only one', () => {
    expect(classify(says(BAD, 'personalizations.0.to.0.email'), 1)).toEqual([
      { kind: 'rejected', reason: `personalizations.0.to.0.email: ${BAD}` },
    ]);
  });

  it('rejects nobody for an index that is not in the call', () => {
    expect(classify(says(BAD, 'personalizations.7.to.0.email'), 2).map(({ kind }) => kind)).toEqual([
      'unavailable',
      'unavailable',
    ]);
  });
});
