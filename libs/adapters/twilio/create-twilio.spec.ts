import { describe, expect, it } from '@jest/globals';
import { DrivenClock } from '#adapters/memory/system/driven-clock.js';
import { create, createCallbacks } from './create-twilio.js';

const settings = { accountSid: `AC${'0'.repeat(32)}`, authToken: 's3cret', from: '+12025550100' };
const deps = { clock: new DrivenClock() };

describe('Twilio’s settings', () => {
  it('make a provider of text messages, one a call', () => {
    const provider = create({ ...settings, maxInFlight: 3 }, deps);
    expect(provider).toMatchObject({ name: 'twilio', capabilities: { maxBatch: 1, maxInFlight: 3 } });
    provider.close();
  });

  it.each([
    [{ accountSid: undefined }, 'twilio: accountSid is missing'],
    [{ authToken: '' }, 'twilio: authToken is missing'],
    [{ authToken: 7 }, 'twilio: authToken must be a text'],
    [{ from: undefined }, 'twilio: from is missing'],
    [{ baseUrl: 'api.twilio.com' }, 'twilio: baseUrl must be an http or https URL'],
    [{ statusCallback: '/hooks/twilio' }, 'twilio: statusCallback must be an http or https URL'],
    [{ maxInFlight: 0 }, 'twilio: maxInFlight must be a positive whole number'],
  ])('are refused by name and never by value: %j', (change, words) => {
    expect(() => create({ ...settings, ...change }, deps)).toThrow(words);
  });

  it('make a reader of callbacks, which needs a token to believe anything', () => {
    expect(createCallbacks(settings).provider).toBe('twilio');
    expect(() => createCallbacks({ ...settings, authToken: '' })).toThrow('twilio: authToken is missing');
  });
});
