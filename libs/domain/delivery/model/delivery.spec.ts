import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { deliveryId, parseDeliveryId } from './delivery.js';
import type { DispatchId } from './dispatch.js';

const DIGITS = [...'0123456789abcdefghjkmnpqrstvwxyz'];
const MOST = 32 ** 7 - 1;
const campaign = 'cmp_01kg2x3y4z5678901234567890' as DispatchId;

const ulid = fc.string({ unit: fc.constantFrom(...DIGITS), minLength: 26, maxLength: 26 });
const prefix = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz'),
  minLength: 3,
  maxLength: 3,
});
const dispatchId = fc.tuple(prefix, ulid).map(([kind, id]) => `${kind}_${id}` as DispatchId);
const ordinal = fc.oneof(fc.nat(3_000), fc.integer({ min: 0, max: MOST }));

describe('The id of a delivery', () => {
  it('is made of its dispatch and its ordinal', () => {
    expect(deliveryId(campaign, 0)).toBe('dlv_01kg2x3y4z5678901234567890cmp0000000');
    expect(deliveryId(campaign, 31)).toBe('dlv_01kg2x3y4z5678901234567890cmp000000z');
    expect(deliveryId(campaign, 32)).toBe('dlv_01kg2x3y4z5678901234567890cmp0000010');
    expect(deliveryId(campaign, MOST)).toBe('dlv_01kg2x3y4z5678901234567890cmpzzzzzzz');
  });

  it('can be taken apart again', () => {
    const property = fc.property(dispatchId, ordinal, (dispatch, number) => {
      expect(parseDeliveryId(deliveryId(dispatch, number))).toEqual({
        dispatchId: dispatch,
        ordinal: number,
      });
    });
    fc.assert(property, { numRuns: 1000 });
  });

  it('is only one message’s', () => {
    const property = fc.property(dispatchId, dispatchId, ordinal, ordinal, (one, other, a, b) => {
      fc.pre(one !== other || a !== b);
      expect(deliveryId(one, a)).not.toBe(deliveryId(other, b));
    });
    fc.assert(property);
  });

  it('sorts by age: by dispatch, and within one by ordinal', () => {
    const property = fc.property(ulid, ulid, prefix, ordinal, ordinal, (one, other, kind, a, b) => {
      const [first, second] = [
        deliveryId(`${kind}_${one}` as DispatchId, a),
        deliveryId(`${kind}_${other}` as DispatchId, b),
      ];
      const expected = one === other ? Math.sign(a - b) : one < other ? -1 : 1;
      expect(first === second ? 0 : first < second ? -1 : 1).toBe(expected);
    });
    fc.assert(property);
    const ids = Array.from({ length: 2000 }, (_, number) => deliveryId(campaign, number));
    expect([...ids].sort()).toEqual(ids);
  });

  it('fits where a provider takes a tag, and needs no escaping anywhere', () => {
    const property = fc.property(dispatchId, ordinal, (dispatch, number) => {
      expect(deliveryId(dispatch, number)).toMatch(/^[a-z0-9_]{40}$/);
    });
    fc.assert(property);
  });
});

describe('A string that is no delivery’s id', () => {
  const good = deliveryId(campaign, 4711);

  it.each([
    ['nothing', ''],
    ['the prefix alone', 'dlv_'],
    ['the dispatch', campaign],
    ['another kind of id', good.replace('dlv_', 'cmp_')],
    ['upper case', good.toUpperCase()],
    ['a digit too few', good.slice(0, -1)],
    ['a digit too many', `${good}0`],
    ['something before it', ` ${good}`],
    ['a line end after it', `${good}\n`],
    ['two of them', good + good],
    ['a number for the kind of dispatch', good.replace('cmp', 'c1p')],
    ['SQL', "dlv_' OR 1=1 --"],
  ])('is not taken for one: %s', (_, text) => {
    expect(parseDeliveryId(text)).toBeUndefined();
  });

  it.each(['i', 'l', 'o', 'u', 'O', '-', '_', '٣', 'é'])('is one with %j among its digits', (letter) => {
    const places = [...Array.from({ length: 26 }, (_, index) => 4 + index), 33, 36, 39];
    for (const place of places) {
      expect(parseDeliveryId(good.slice(0, place) + letter + good.slice(place + 1))).toBeUndefined();
    }
  });

  it('never makes the parser throw or invent', () => {
    const property = fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (text) => {
      const parsed = parseDeliveryId(text);
      if (parsed) expect(deliveryId(parsed.dispatchId, parsed.ordinal)).toBe(text);
      else expect(parsed).toBeUndefined();
    });
    fc.assert(property, { numRuns: 1000 });
  });
});
