import { describe, expect, it } from '@jest/globals';
import { excerptOf, partsOf, plainName } from './text-parts.js';
import { dayInWords, lastSeen, shortly } from './when.js';
import { gistOf, hueOf, initialsOf, mentionsIn, sizeOf, typingOf } from './wording.js';

describe('links in a text', () => {
  it.each([
    ['see https://example.com/a.', ['https://example.com/a']],
    ['(http://a.example/x?y=1) and HTTPS://B.example', ['http://a.example/x?y=1', 'HTTPS://B.example']],
    ['javascript:alert(1) data:text/html,x //a.example www.a.example ftp://a.example', []],
    ['https:// http://', []],
  ])('of %j are %j', (text, links) => {
    const parts = partsOf(text);
    expect(parts.flatMap((part) => (part.kind === 'link' ? [part.href] : []))).toEqual(links);
    expect(parts.map((part) => part.text).join('')).toBe(text);
  });

  it('are found in no time in a text that is made to be slow', () => {
    const parts = partsOf('https://'.repeat(2_500));
    expect(parts.map((part) => part.text).join('')).toHaveLength(20_000);
  });
});

describe('what was found', () => {
  it('is marked where it stands, with what is around it', () => {
    const text = `${'a '.repeat(200)}needle${' b'.repeat(200)}`;
    const parts = excerptOf(text, [{ start: 400, end: 406 }]);
    expect(parts.filter(({ kind }) => kind === 'found')).toEqual([{ kind: 'found', text: 'needle' }]);
    expect([parts[0]?.text, parts.at(-1)?.text]).toEqual(['…', '…']);
    expect(parts.map((part) => part.text).join('').length).toBeLessThan(240);
  });

  it('is passed over if it overlaps or lies outside', () => {
    const highlights = [
      { start: 0, end: 3 },
      { start: 2, end: 4 },
      { start: 900, end: 901 },
    ];
    expect(excerptOf('abcdef', highlights)).toEqual([
      { kind: 'found', text: 'abc' },
      { kind: 'text', text: 'def' },
    ]);
  });
});

describe('words', () => {
  it('show a file by its name as it is stored, in no other order', () => {
    expect(plainName('photo\u202egnp.exe\n')).toBe('photo\u{fffd}gnp.exe\u{fffd}');
  });

  it('tell of a message in one line', () => {
    const file = { id: 'att_1', name: 'a.png', mediaType: 'image/png', bytes: 1 };
    expect(gistOf({ text: ' Two\nlines ' })).toBe('Two lines');
    expect(gistOf({ text: '', attachments: [file] })).toBe('a.png');
    expect(gistOf({ text: '', attachments: [file, file] })).toBe('2 files');
    expect(gistOf({ text: '', deletedAt: '2026-01-01T00:00:00Z' })).toBe('Message deleted');
  });

  it('tell who types', () => {
    expect([[], ['ada'], ['ada', 'ben'], ['a', 'b', 'c']].map(typingOf)).toEqual([
      '',
      'ada is typing…',
      'ada and ben are typing…',
      'Several people are typing…',
    ]);
  });

  it('stand for people: two letters, and always the same colour', () => {
    expect(['ada', 'dora.miller', 'Spring campaign', '🙂 x', '…'].map(initialsOf)).toEqual([
      'A',
      'DM',
      'SC',
      '🙂X',
      '…',
    ]);
    expect(initialsOf(' ')).toBe('?');
    expect(hueOf('ada', 6)).toBe(hueOf('ada', 6));
  });

  it('tell sizes', () => {
    expect([999, 1_000, 48_211, 26_214_400].map(sizeOf)).toEqual(['999 bytes', '1.0 KB', '48 KB', '26 MB']);
  });

  it('mention members only, where they are named', () => {
    const members = ['ada', 'ben', 'ben.b'];
    expect(mentionsIn('@ada, mail to x@ben and @nobody. Or @ben.b!', members)).toEqual(['ada', 'ben.b']);
  });

  it('tell when, where the reader is', () => {
    const here = { locale: 'en-GB', timeZone: 'Europe/Rome' };
    const now = Date.parse('2026-03-10T12:00:00Z');
    expect(shortly('2026-03-10T07:05:00Z', now, here)).toBe('08:05');
    expect(shortly('2026-03-09T22:30:00Z', now, here)).toBe('Yesterday');
    expect(dayInWords('2026-03-09T23:30:00Z', now, here)).toBe('Today');
    expect(dayInWords('2026-03-01T10:00:00Z', now, here)).toBe('Sunday 1 March');
    expect(lastSeen('2026-03-10T11:50:00Z', now, here)).toBe('last seen 10 min ago');
    expect(lastSeen('2026-03-09T11:50:00Z', now, here)).toBe('last seen yesterday at 12:50');
  });
});
