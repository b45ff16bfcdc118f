import { describe, expect, it } from '@jest/globals';
import { BadConfiguration, ConfigReader } from './config-reader.js';
import { readSockets } from './sockets-config.js';

describe('the configuration of sockets', () => {
  const faultsOf = (env: Record<string, string>, file: object, isOpen = true): readonly string[] => {
    const read = new ConfigReader(env, file);
    readSockets(read, isOpen);
    try {
      read.finish();
      return [];
    } catch (error) {
      return error instanceof BadConfiguration ? error.faults : [String(error)];
    }
  };

  it('has a default for everything', () => {
    expect(readSockets(new ConfigReader({}), true)).toEqual({
      tokenSecret: undefined,
      tokenAudience: 'posthorn',
      origins: [],
    });
  });

  it('takes the documented variables, and origins from the file', () => {
    const tokenSecret = 's'.repeat(32);
    const env = { CHAT_JWT_SECRET: tokenSecret, CHAT_JWT_AUDIENCE: 'shop' };
    const origins = ['https://app.example.com', 'http://localhost:5173'];
    const file = { sockets: { origins } };
    expect(readSockets(new ConfigReader(env, file), true)).toEqual({
      tokenSecret,
      tokenAudience: 'shop',
      origins,
    });
    expect(faultsOf(env, file)).toEqual([]);
  });

  it('takes a short secret only where nobody else can try it', () => {
    expect(faultsOf({ CHAT_JWT_SECRET: 'short' }, {}, false)).toEqual([]);
    expect(faultsOf({ CHAT_JWT_SECRET: 'short' }, {})).toEqual([
      'CHAT_JWT_SECRET: must have at least 32 bytes unless HOST is a loopback address',
    ]);
  });

  it.each([
    '*',
    'app.example.com',
    'https://app.example.com/',
    'https://app.example.com/x',
    'ws://a.example',
    'null',
  ])('refuses %j as an origin', (origin) => {
    expect(faultsOf({}, { sockets: { origins: [origin] } })).toEqual([
      'sockets.origins: may hold origins such as https://app.example.com, without a path',
    ]);
  });
});
