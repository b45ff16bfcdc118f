import { describe, expect, it } from '@jest/globals';
import { readChat } from './chat-config.js';
import { BadConfiguration, ConfigReader } from './config-reader.js';

const read = (file: unknown) => {
  const reader = new ConfigReader({}, file);
  const settings = readChat(reader);
  reader.finish();
  return settings;
};

describe('the section chat', () => {
  it('left out allows twenty messages at once and five a second', () => {
    expect(read({}).flood).toEqual({ burst: 20, perSecond: 5 });
  });

  it('changes what it names', () => {
    expect(read({ chat: { flood: { burst: 3 }, bustle: { perSecond: 0.5 } } })).toEqual({
      flood: { burst: 3, perSecond: 5 },
      bustle: { burst: 200, perSecond: 0.5 },
    });
  });

  it.each([
    [{ chat: { flood: { burst: 0 } } }, /chat\.flood\.burst/],
    [{ chat: { flood: { perSecond: 'many' } } }, /chat\.flood\.perSecond/],
    [{ chat: { flood: { perMinute: 1 } } }, /chat\.flood\.perMinute.*no such setting/],
  ])('is refused as %j', (file, message) => {
    expect(() => read(file)).toThrow(BadConfiguration);
    expect(() => read(file)).toThrow(message);
  });
});
