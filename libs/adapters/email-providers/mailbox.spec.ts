import { describe, expect, it } from '@jest/globals';
import { domainOf, formatMailbox, parseMailbox } from './mailbox.js';

describe('a mailbox', () => {
  it.each([
    ['ada@example.com', '', 'ada@example.com', 'ada@example.com'],
    ['<ada@example.com>', '', 'ada@example.com', 'ada@example.com'],
    ['Ada Lovelace <ada@example.com>', 'Ada Lovelace', 'ada@example.com', 'Ada Lovelace <ada@example.com>'],
    [
      '"Lovelace, Ada" <ada@example.com>',
      'Lovelace, Ada',
      'ada@example.com',
      '"Lovelace, Ada" <ada@example.com>',
    ],
    [
      'Lovelace, Ada <ada@example.com>',
      'Lovelace, Ada',
      'ada@example.com',
      '"Lovelace, Ada" <ada@example.com>',
    ],
    [
      '"Ada \\"Countess\\" L" <ada@example.com>',
      'Ada "Countess" L',
      'ada@example.com',
      '"Ada \\"Countess\\" L" <ada@example.com>',
    ],
    [
      'Jörg Müller <joerg@müller.example>',
      'Jörg Müller',
      'joerg@xn--mller-kva.example',
      'Jörg Müller <joerg@xn--mller-kva.example>',
    ],
    [
      'Evil <x@y.io> <ada@example.com>',
      'Evil <x@y.io>',
      'ada@example.com',
      '"Evil <x@y.io>" <ada@example.com>',
    ],
    ['"a@b"@example.com', '', '"a@b"@example.com', '"a@b"@example.com'],
  ])('%s', (text, name, address, formatted) => {
    expect(parseMailbox(text)).toEqual({ name, address });
    expect(formatMailbox({ name, address })).toBe(formatted);
    expect(parseMailbox(formatted)).toEqual({ name, address });
  });

  it('is at the domain behind its last @', () => {
    expect(domainOf('"a@b"@Example.COM')).toBe('example.com');
  });
});
