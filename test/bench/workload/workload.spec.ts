import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { BatchBody } from '../contestants/batch-body.js';
import { plainMail } from '../contestants/plain-mail.js';
import { people, person, writePeopleCsv } from './people.js';

describe('the people that benches write to', () => {
  it('are the same in every run', () => {
    expect(people(3)).toEqual([person(0), person(1), person(2)]);
    expect(person(7)).toEqual(person(7));
  });

  it('never share an address, and come in no order', () => {
    const addresses = people(50_000).map(({ email }) => email);
    expect(new Set(addresses).size).toBe(50_000);
    expect(addresses).not.toEqual([...addresses].sort());
  });

  it('stand in the file as they are, one a line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'people-'));
    const path = join(folder, 'people.csv');
    await writePeopleCsv(path, 5001);
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    rmSync(folder, { recursive: true });
    const { email, name, attributes } = person(5000);
    expect(lines).toHaveLength(5002);
    expect(lines[0]).toBe('email,name,city,plan,points,renewsOn,coupon');
    expect(lines[5001]?.split(',')).toEqual([email, name, ...Object.values(attributes)]);
  });
});

describe('the mail made by hand', () => {
  const mail = plainMail(person(1), 1);

  it('names the recipient in all its parts, and leaves no variable open', () => {
    for (const part of [mail.subject, mail.html, mail.text]) expect(part).not.toContain('{{');
    expect(mail.subject).toContain(person(1).attributes.city);
    expect(mail.text).toContain(person(1).attributes.coupon);
  });

  it('has its one-click link in the header, the html and the text', () => {
    const link = /^<(http[^>]+)>$/.exec(mail.headers['List-Unsubscribe'] ?? '')?.[1] ?? 'none';
    expect(mail.html).toContain(`href="${link}"`);
    expect(mail.text).toContain(link);
  });
});

describe('a batch written piece by piece', () => {
  it('has the bytes of the batch written as a whole, however often its buffer is used', () => {
    const body = new BatchBody();
    for (const from of [0, 100, 500]) {
      const mails = people(1000)
        .slice(from, from + 300)
        .map((one, i) => plainMail(one, i));
      expect(Buffer.from(body.of(mails)).toString('utf8')).toBe(JSON.stringify(mails));
    }
  });
});
