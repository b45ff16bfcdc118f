import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { afterCategory, afterChoices, type Choice, type ChoosableType, channelsWanted } from './choices.js';
import { noPreferences, type Preferences } from './profile.js';

const a = (type: string, category: string, channels: string[], mandatory = false): ChoosableType => ({
  type,
  category,
  channels,
  mandatory,
});
const shipped = a('order_shipped', 'orders', ['push', 'email', 'sms']);
const invoice = a('invoice', 'orders', ['email']);
const digest = a('digest', 'news', ['email', 'push']);
const code = a('mfa_code', 'orders', ['sms', 'email'], true);
const types = [shipped, invoice, digest, code];

const off = (type: string, channel: string): Choice => ({ type, channel, wanted: false });
const on = (type: string, channel: string): Choice => ({ type, channel, wanted: true });
const wants = (preferences: Preferences) =>
  Object.fromEntries(types.map((type) => [type.type, channelsWanted(preferences, type).join(' ')]));

describe('choices of channels', () => {
  it('take a channel from one type and leave everything else as it was', () => {
    const after = afterChoices(noPreferences, types, [off('order_shipped', 'push')]);
    expect(after).toEqual({ types: { order_shipped: ['email', 'sms'] }, categories: {} });
  });

  it('keep the order in which the user wanted what they still want, and put the new behind it', () => {
    const before = { ...noPreferences, types: { order_shipped: ['sms', 'email'] } };
    const after = afterChoices(before, types, [off('order_shipped', 'email'), on('order_shipped', 'push')]);
    expect(after.types).toEqual({ order_shipped: ['sms', 'push'] });
  });

  it('say nothing any more of what follows from elsewhere', () => {
    const before = { types: { order_shipped: ['email'] }, categories: { orders: ['email', 'sms'] } };
    const after = afterChoices(before, types, [on('order_shipped', 'sms')]);
    expect(after).toEqual({ types: {}, categories: { orders: ['email', 'sms'] } });
    const back = afterChoices({ ...noPreferences, types: { invoice: [] } }, types, [on('invoice', 'email')]);
    expect(back).toEqual(noPreferences);
  });

  it('hold of nothing: an empty list, not the silence that means everything', () => {
    const after = afterChoices(noPreferences, types, [off('invoice', 'email')]);
    expect(after.types).toEqual({ invoice: [] });
  });

  it('change nothing of a mandatory type, of a type there is not, of a channel that it does not have', () => {
    const strange = [
      off('mfa_code', 'sms'),
      on('nothing', 'email'),
      on('invoice', 'sms'),
      on('__proto__', 'x'),
    ];
    expect(afterChoices(noPreferences, types, strange)).toEqual(noPreferences);
  });

  it('are at most two hundred', () => {
    const many = Array.from({ length: 201 }, (_, i) => a(`t${i}`, 'c', ['email']));
    const all = many.map(({ type }) => off(type, 'email'));
    expect(Object.keys(afterChoices(noPreferences, many, all.slice(1)).types)).toHaveLength(200);
    expect(() => afterChoices(noPreferences, many, all)).toThrow(/200/);
  });

  it('made twice are as if made once, and come to what was ticked', () => {
    const channels = fc.subarray(['push', 'email', 'sms']);
    const preferences = fc.record({
      types: fc.dictionary(fc.constantFrom('order_shipped', 'invoice', 'digest'), channels),
      categories: fc.dictionary(fc.constantFrom('orders', 'news'), channels),
    });
    const choice = fc.record({
      type: fc.constantFrom('order_shipped', 'invoice', 'digest'),
      channel: fc.constantFrom('push', 'email', 'sms'),
      wanted: fc.boolean(),
    });
    const choices = fc.uniqueArray(choice, { selector: ({ type, channel }) => `${type} ${channel}` });
    fc.assert(
      fc.property(preferences, choices, (before, made) => {
        const after = afterChoices(before, types, made);
        expect(wants(afterChoices(after, types, made))).toEqual(wants(after));
        for (const type of types) {
          for (const channel of type.channels) {
            const said = made.find((one) => one.type === type.type && one.channel === channel)?.wanted;
            const had = channelsWanted(before, type).includes(channel);
            expect(channelsWanted(after, type).includes(channel)).toBe(said ?? had);
          }
        }
      }),
    );
  });
});

describe('a whole category', () => {
  it('can be turned off, with whatever comes to be of it later', () => {
    const before = { ...noPreferences, types: { order_shipped: ['sms'], digest: ['push'] } };
    const after = afterCategory(before, types, 'orders', false);
    expect(after).toEqual({ types: { digest: ['push'] }, categories: { orders: [] } });
    expect(channelsWanted(after, a('returned', 'orders', ['email']))).toEqual([]);
  });

  it('can be turned on again: nothing is said of it then', () => {
    const before = { types: { invoice: [], digest: ['push'] }, categories: { orders: [] } };
    expect(afterCategory(before, types, 'orders', true)).toEqual({
      types: { digest: ['push'] },
      categories: {},
    });
  });

  it('is on although little is wanted of everything', () => {
    const before: Preferences = { ...noPreferences, channels: ['email'] };
    const after = afterCategory(before, types, 'orders', true);
    expect(after.categories).toEqual({ orders: ['email', 'push', 'sms'] });
    expect(wants(after)).toMatchObject({
      order_shipped: 'email push sms',
      invoice: 'email',
      digest: 'email',
    });
  });
});
