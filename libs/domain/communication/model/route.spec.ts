import { describe, expect, it } from '@jest/globals';
import { fc } from '#test/support/properties.js';
import { aType } from '#ports/communication/testing/communication-stores.js';
import type { NotificationType } from './notification-type.js';
import { noPreferences } from './profile.js';
import { planRoute, type RouteInput } from './route.js';

const type = (change: Partial<NotificationType> = {}): NotificationType => ({
  ...aType(),
  type: 'mfa_code',
  category: 'security',
  mandatory: false,
  channels: ['sms', 'email', 'push'],
  templates: {
    sms: { default: 'tpl_s' },
    email: { default: 'tpl_e', de: 'tpl_d' },
    push: { default: 'tpl_p' },
  },
  fallback: { mode: 'fallback' },
  ...change,
});
const input = (change: Partial<RouteInput> = {}): RouteInput => ({
  type: type(),
  preferences: noPreferences,
  addresses: {
    sms: ['+491701234567'],
    email: ['ada@example.com'],
    push: ['token:abcdefgh', 'token:ijklmnop'],
  },
  locale: 'en',
  available: new Set(['sms', 'email', 'push']),
  ...change,
});
const channels = (change: Partial<RouteInput> = {}) =>
  planRoute(input(change)).legs.map(({ channel }) => channel);
const codes = (change: Partial<RouteInput> = {}) =>
  planRoute(input(change)).reasons.map(({ channel, code }) =>
    channel === undefined ? code : `${channel} ${code}`,
  );

describe('a route', () => {
  it('takes the channels of the type in their order', () => {
    expect(channels()).toEqual(['sms', 'email', 'push']);
    expect(codes()).toEqual([
      'order_from_type',
      'sms chosen',
      'email kept_for_fallback',
      'push kept_for_fallback',
    ]);
  });

  it('uses all at once where the type says so', () => {
    expect(codes({ type: type({ fallback: { mode: 'all' } }) })).toEqual([
      'order_from_type',
      'sms chosen',
      'email chosen',
      'push chosen',
    ]);
  });

  it('takes what the recipient prefers: for the type, else for its category, else for everything', () => {
    const preferences = { types: {}, categories: {}, channels: ['push', 'sms'] };
    expect(channels({ preferences })).toEqual(['push', 'sms']);
    expect(channels({ preferences: { ...preferences, categories: { security: ['email'] } } })).toEqual([
      'email',
    ]);
    const all = { ...preferences, categories: { security: ['email'] }, types: { mfa_code: ['sms'] } };
    expect(channels({ preferences: all })).toEqual(['sms']);
    expect(codes({ preferences: all })).toContain('email opted_out');
  });

  it('takes what the request names, whatever the recipient prefers', () => {
    const preferences = { ...noPreferences, channels: ['push'] };
    expect(channels({ channels: ['email'], preferences })).toEqual(['email']);
  });

  it('leaves nobody without a mandatory type, and everybody without one they do not want', () => {
    const preferences = { ...noPreferences, types: { mfa_code: [] } };
    expect(channels({ preferences })).toEqual([]);
    expect(channels({ preferences, type: type({ mandatory: true }) })).toEqual(['sms', 'email', 'push']);
    expect(codes({ preferences, type: type({ mandatory: true }) })).toContain('mandatory_floor');
  });

  it('holds the floor too where the preferred channel cannot be used', () => {
    const preferences = { ...noPreferences, types: { mfa_code: ['push'] } };
    const addresses = { sms: ['+491701234567'], push: [] };
    expect(channels({ preferences, addresses })).toEqual([]);
    expect(channels({ preferences, addresses, type: type({ mandatory: true }) })).toEqual(['sms']);
  });

  it('says of each channel why it is left out', () => {
    expect(
      codes({
        addresses: { push: [] },
        available: new Set(['sms', 'push']),
        channels: ['sms', 'email', 'push', 'fax'],
      }),
    ).toEqual([
      'order_from_request',
      'sms no_address',
      'email no_provider',
      'push no_address',
      'fax not_of_this_type',
      'no_channel_left',
    ]);
  });

  it('leaves out a channel whose window is closed, and marks the leg that depends on an open one', () => {
    const closed = { windows: new Map([['sms', 'closed']] as const) };
    expect(channels(closed)).toEqual(['email', 'push']);
    expect(planRoute(input(closed)).reasons).toContainEqual({
      channel: 'sms',
      code: 'window_closed',
      words:
        'The recipient has not written to us on sms lately, and its template is not one that may be sent then.',
    });
    const { legs } = planRoute(input({ windows: new Map([['sms', 'open']] as const) }));
    expect(legs.map(({ needsWindow }) => needsWindow)).toEqual([true, undefined, undefined]);
  });

  it('finds the template of the locale, of its language, or the default', () => {
    const templateIn = (locale: string | undefined) =>
      planRoute(input({ locale, channels: ['email'] })).legs[0]?.templateId;
    expect(templateIn('de')).toBe('tpl_d');
    expect(templateIn('de-AT')).toBe('tpl_d');
    expect(templateIn('fr')).toBe('tpl_e');
    expect(templateIn(undefined)).toBe('tpl_e');
  });

  it('goes to every device', () => {
    expect(planRoute(input({ channels: ['push'] })).legs[0]?.addresses).toHaveLength(2);
  });

  it('has each channel once, all of them usable, and a reason for each that was thought of', () => {
    const names = fc.array(fc.constantFrom('sms', 'email', 'push', 'fax', '__proto__'), { maxLength: 6 });
    fc.assert(
      fc.property(names, names, names, fc.boolean(), (preferred, requested, reachable, mandatory) => {
        const addresses = Object.fromEntries(reachable.map((name) => [name, ['x']]));
        const { legs, reasons } = planRoute(
          input({
            addresses,
            preferences: { ...noPreferences, channels: preferred },
            type: type({ mandatory }),
            ...(requested.length > 0 && { channels: requested }),
          }),
        );
        const used = legs.map(({ channel }) => channel);
        expect(new Set(used).size).toBe(used.length);
        for (const channel of used) expect(reachable).toContain(channel);
        for (const channel of new Set(requested))
          expect(reasons.some((one) => one.channel === channel)).toBe(true);
        expect(reasons.some(({ code }) => code === 'no_channel_left')).toBe(legs.length === 0);
      }),
    );
  });
});
