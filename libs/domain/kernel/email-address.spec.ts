import { describe, expect, it } from '@jest/globals';
import { quickest } from '#test/support/quickest.js';
import { fc } from '#test/support/properties.js';
import {
  domainOf,
  emailAddress,
  formatMailbox,
  isAddress,
  mailbox,
  parseEmailAddress,
} from './email-address.js';
import { Refusal } from './refusal.js';

const local64 = 'l'.repeat(64);
const label63 = 'd'.repeat(63);
/** 254 characters: 64 + @ + 189. */
const longest = `${local64}@${label63}.${label63}.${'e'.repeat(57)}.com`;

describe('An e-mail address', () => {
  it.each([
    ['anna@example.com', 'anna@example.com'],
    ['Anna.Svensson+news@Example.COM', 'anna.svensson+news@example.com'],
    ['  anna@example.com ', 'anna@example.com'],
    ["o'brien@example.ie", "o'brien@example.ie"],
    ["!#$%&'*+-/=?^_`{|}~@example.com", "!#$%&'*+-/=?^_`{|}~@example.com"],
    ['a@b.co', 'a@b.co'],
    ['a@1.example', 'a@1.example'],
    ['"john doe"@example.com', '"john doe"@example.com'],
    ['"John..Doe"@example.com', '"john..doe"@example.com'],
    ['"john"@example.com', 'john@example.com'],
    ['"a@b"@example.com', '"a@b"@example.com'],
    ['"a\\"b\\\\c"@example.com', '"a\\"b\\\\c"@example.com'],
    ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
    ['anna@BÜCHER.example', 'anna@xn--bcher-kva.example'],
    ['anna@xn--bcher-kva.example', 'anna@xn--bcher-kva.example'],
    ['info@例え.テスト', 'info@xn--r8jz45g.xn--zckzah'],
    ['info@例え。テスト', 'info@xn--r8jz45g.xn--zckzah'],
    [longest, longest],
  ])('%s is known as %s', (text, normal) => {
    expect(parseEmailAddress(text)).toBe(normal);
  });

  it.each([
    ['nothing', ''],
    ['no @', 'anna.example.com'],
    ['no local part', '@example.com'],
    ['no domain', 'anna@'],
    ['two recipients', 'a@x.io,b@x.io'],
    ['two recipients with a semicolon', 'a@x.io;b@x.io'],
    ['two recipients with a space', 'a@x.io b@x.io'],
    ['two @', 'a@b@example.com'],
    ['a mailbox with a name', 'Anna <anna@example.com>'],
    ['a dot at an end', 'anna.@example.com'],
    ['two dots', 'an..na@example.com'],
    ['a space inside', 'an na@example.com'],
    ['an empty quoted part', '""@example.com'],
    ['an open quote', '"anna@example.com'],
    ['a local part of 65', `l${local64}@example.com`],
    ['255 characters', `x${longest.slice(1).replace('.com', '.come')}`],
    ['a label of 64', `a@d${label63}.com`],
    ['a label ending in a hyphen', 'a@ex-.com'],
    ['one label', 'root@localhost'],
    ['a trailing dot', 'a@example.com.'],
    ['a numeric last label', 'a@127.0.0.1'],
    ['the same in fullwidth digits', 'a@１２７.０.０.１'],
    ['an address literal', 'a@[127.0.0.1]'],
    ['a port', 'a@example.com:25'],
    ['a path behind an international domain', 'a@bücher.example/evil.com'],
    ['percent-encoding in an international domain', 'a@bücher%2eexample.com'],
    ['an international local part', 'ånna@example.com'],
    ['a Kelvin sign posing as k', 'mi\u212Ae@example.com'],
    ['an underscore in the domain', 'a@ex_ample.com'],
  ])('with %s is refused', (_, text) => {
    expect(parseEmailAddress(text)).toMatchObject({ code: 'invalid_address' });
  });

  it.each([
    'b@x.io\r\nBcc: evil@x.io',
    'b@x.io\r\n',
    '\nb@x.io',
    'b@x.io\u0000',
    '"a\r\nb"@x.io',
    'b@x.io\tc',
  ])('that would break into the headers is refused as such: %j', (text) => {
    expect(parseEmailAddress(text)).toMatchObject({ code: 'header_injection' });
  });

  it('of 10 KB, in every shape we can think of, is refused within 50 ms', async () => {
    const hostile = ['a', 'a.', '"', 'a@', '"a@', 'é', '\\"', '@a.', 'a-'].map((part) =>
      part.repeat(Math.ceil(10_240 / part.length)),
    );
    const texts = [
      ...hostile,
      ...hostile.map((text) => `${text}@x.io`),
      ...hostile.map((text) => `x@${text}`),
    ];
    const took = await quickest(() => {
      for (const text of texts) expect(isAddress(parseEmailAddress(text))).toBe(false);
    });
    expect(took).toBeLessThan(50);
  });

  it('just below the length at which we stop looking takes no longer', async () => {
    const took = await quickest(() => {
      for (const part of ['a.', 'a-', '-', '"\\', 'é.', '@']) {
        parseEmailAddress(part.repeat(256).slice(0, 512));
        parseEmailAddress(`x@${part.repeat(256).slice(0, 500)}`);
      }
    });
    expect(took).toBeLessThan(50);
  });

  it('keeps its normal form when it is read again', () => {
    const texts = fc.oneof(
      fc.emailAddress(),
      fc.string().map((text) => `"${text}"@example.com`),
      fc.string(),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const once = parseEmailAddress(text);
        if (isAddress(once)) {
          expect(parseEmailAddress(once)).toBe(once);
          expect(once).not.toMatch(/[\u0000-\u001f\u007f-\uffff]/);
          expect(once.length).toBeLessThanOrEqual(254);
        }
      }),
    );
  });

  it('refuses with the place of the fault and never repeats what was written', () => {
    let refusal: unknown;
    try {
      emailAddress('secret-person', '/email');
    } catch (error) {
      refusal = error;
    }
    expect(refusal).toBeInstanceOf(Refusal);
    expect(refusal).toMatchObject({
      code: 'invalid_address',
      faults: [{ pointer: '/email', code: 'invalid_address' }],
    });
    expect(JSON.stringify(refusal) + String(refusal)).not.toContain('secret-person');
  });

  it('has its domain after the last @', () => {
    expect(domainOf(emailAddress('"a@b"@Example.com', '/email'))).toBe('example.com');
  });
});

describe('A mailbox', () => {
  it.each([
    ['anna@example.com', 'anna@example.com'],
    ['<anna@example.com>', 'anna@example.com'],
    ['Anna <anna@Example.com>', 'Anna <anna@example.com>'],
    ['"Anna" <anna@example.com>', 'Anna <anna@example.com>'],
    ['Acme, Inc. <a@example.com>', '"Acme, Inc." <a@example.com>'],
    ['"Say \\"hi\\"" <a@example.com>', '"Say \\"hi\\"" <a@example.com>'],
    ['Åsa <asa@example.com>', '"Åsa" <asa@example.com>'],
  ])('%s is shown as %s', (text, shown) => {
    expect(formatMailbox(mailbox(text, '/from'))).toBe(shown);
    expect(formatMailbox(mailbox(shown, '/from'))).toBe(shown);
  });

  it.each([
    ['invalid_address', 'a@x.io, b@x.io'],
    ['invalid_address', 'a@x.io <b@x.io>'],
    ['invalid_address', 'Anna <a@x.io> <b@x.io>'],
    ['invalid_address', 'Anna <a@x.io>, Bo <b@x.io>'],
    ['invalid_address', 'Anna <>'],
    ['invalid_address', `${'n'.repeat(2000)} <a@x.io>`],
    ['header_injection', 'Anna\r\nBcc: e@x.io <a@x.io>'],
    ['header_injection', 'Anna <a@x.io>\r\nBcc: e@x.io'],
  ])('is refused with %s: %j', (code, text) => {
    expect(() => mailbox(text, '/from')).toThrow(expect.objectContaining({ code }));
  });
});
