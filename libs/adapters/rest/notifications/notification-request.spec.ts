import { describe, expect, it } from '@jest/globals';
import { Refusal } from '#domain/kernel/refusal.js';
import { fc } from '#test/support/properties.js';
import { NotificationBody } from './notification.body.js';
import { requestOf } from './notifications.controller.js';

const MOST = 65_536;

function bodyWith(fields: Partial<NotificationBody>): NotificationBody {
  return Object.assign(new NotificationBody(), { type: 'welcome', to: { userId: 'u-1' } }, fields);
}

function faultsOf(body: NotificationBody): readonly string[] {
  try {
    requestOf(body);
    return [];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return error.faults.map(({ pointer, code }) => `${pointer} ${code}`);
  }
}

describe('what a body asks for', () => {
  it('leaves out what a client has nothing to say about, and reads instants', () => {
    const body = bodyWith({ sendAt: '2026-05-01T09:00:00Z', locale: null as never, test: false });
    expect(requestOf(body)).toEqual({
      type: 'welcome',
      to: { userId: 'u-1' },
      sendAt: Date.UTC(2026, 4, 1, 9),
      test: false,
    });
  });

  it('has addresses that are texts', () => {
    const to = { email: 5, phone: 'x'.repeat(20_001), userId: 'u-1' };
    expect(faultsOf(bodyWith({ to }))).toEqual(['/to/email wrong_type', '/to/phone wrong_type']);
  });

  it('has data of at most 65,536 characters of JSON, however few characters that is written with', () => {
    const text = fc
      .tuple(fc.constantFrom('a', '\u0001', 'é', '"', '\ud83d\ude00'), fc.nat(40_000))
      .map(([character, times]) => character.repeat(times));
    const numbers = fc.array(fc.double(), { maxLength: 3000 });
    const data = fc.dictionary(fc.string({ minLength: 1 }), fc.oneof(text, fc.double(), numbers), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(data, (some) => {
        const tooLong = JSON.stringify(some).length > MOST;
        expect(faultsOf(bodyWith({ data: some }))).toEqual(tooLong ? ['/data too_long'] : []);
      }),
      { numRuns: 300 },
    );
    const exactly = { text: 'x'.repeat(MOST - '{"text":""}'.length) };
    expect(faultsOf(bodyWith({ data: exactly }))).toEqual([]);
    expect(faultsOf(bodyWith({ data: { text: `${exactly.text}x` } }))).toEqual(['/data too_long']);
    const escaped = { text: '\u0001'.repeat(11_000) };
    expect(faultsOf(bodyWith({ data: escaped }))).toEqual(['/data too_long']);
  });
});
