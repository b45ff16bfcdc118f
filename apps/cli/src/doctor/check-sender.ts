import { Resolver } from 'node:dns/promises';
import { domainOf, mailbox } from '#domain/kernel/email-address.js';
import { Refusal } from '#domain/kernel/refusal.js';
import { plain } from '../terminal/words.js';
import { UsageTrouble } from '../trouble.js';
import { type Check, fail, ok, skip, warn } from './check.js';

export interface SenderToCheck {
  /** A mailbox or a bare domain. */
  readonly from: string;
  readonly dkimSelector?: string;
  /** Ask this name server (`192.0.2.1` or `127.0.0.1:5353`) instead of the system's. */
  readonly nameServer?: string;
}

/** What a name server said: records, or that there are none. */
type Records<T> = readonly T[];

/** The name server itself could not be reached, or would not say. */
class NoDns extends Error {}

/** Whether the world will take mail from this sender for genuine: SPF, DKIM, DMARC, and a way to answer. */
export async function checkSender({ from, dkimSelector, nameServer }: SenderToCheck): Promise<Check[]> {
  const domain = domainIn(from);
  const dns = new SenderDns(nameServer);
  try {
    if (!(await dns.exists(domain))) {
      return [
        fail(
          'Sender',
          `there is no domain ${domain}`,
          'Nobody takes mail from a domain that does not exist.',
        ),
      ];
    }
    return [
      await checkMx(dns, domain),
      await checkSpf(dns, domain),
      await checkDkim(dns, domain, dkimSelector),
      await checkDmarc(dns, domain),
    ];
  } catch (error) {
    if (error instanceof NoDns) return [skip('Sender DNS', `no DNS (${error.message})`)];
    throw error;
  }
}

function domainIn(from: string): string {
  try {
    return domainOf(mailbox(from.includes('@') ? from : `postmaster@${from}`, 'from').address);
  } catch (error) {
    if (error instanceof Refusal)
      throw new UsageTrouble(`--from: ${plain(from)} is neither a sender nor a domain.`);
    throw error;
  }
}

/** RFC 5321 5.1 and RFC 7505: bounces and answers go to the sender's domain. */
async function checkMx(dns: SenderDns, domain: string): Promise<Check> {
  const name = 'Sender MX';
  const hosts = await dns.mx(domain);
  const hint = 'Bounces and answers go to this domain: give it an MX record.';
  if (hosts.length === 0) return warn(name, `${domain} has none`, hint);
  if (hosts.every((host) => host === '' || host === '.'))
    return fail(name, `${domain} takes no mail at all`, hint);
  return ok(name, `${domain} takes mail at ${hosts.slice(0, 2).join(', ')}${hosts.length > 2 ? ', …' : ''}`);
}

/** RFC 7208. */
async function checkSpf(dns: SenderDns, domain: string): Promise<Check> {
  const name = 'Sender SPF';
  const records = (await dns.txt(domain)).filter((text) => /^v=spf1( |$)/i.test(text));
  const [record = ''] = records;
  if (records.length === 0) {
    const hint = `Add a TXT record to ${domain}: v=spf1 include:<your provider> ~all`;
    return warn(name, `${domain} has none`, hint);
  }
  if (records.length > 1) {
    return fail(name, `${domain} has ${records.length}, which counts as an error`, 'Leave one of them.');
  }
  if (/(^| )\+?all( |$)/i.test(record)) {
    return fail(name, `the record allows everybody to send as ${domain}`, 'End it with ~all or -all.');
  }
  return ok(name, plain(record));
}

/** RFC 6376 3.6.1. */
async function checkDkim(dns: SenderDns, domain: string, selector: string | undefined): Promise<Check> {
  const name = 'Sender DKIM';
  if (selector === undefined) return skip(name, 'name the selector with --dkim-selector');
  const at = `${selector}._domainkey.${domain}`;
  const record = (await dns.txt(at)).find((text) => /(^|;)\s*p=/i.test(text));
  const hint = 'Publish the record that your provider shows for this domain.';
  if (record === undefined) return fail(name, `there is no key at ${at}`, hint);
  if (/(^|;)\s*p=\s*(;|$)/i.test(record)) return fail(name, `the key at ${at} is revoked`, hint);
  return ok(name, `there is a key at ${at}`);
}

/** RFC 7489, and the tree walk of its successor: the record of a parent domain holds for those below it. */
async function checkDmarc(dns: SenderDns, domain: string): Promise<Check> {
  const name = 'Sender DMARC';
  for (let at = domain; at.includes('.'); at = at.slice(at.indexOf('.') + 1)) {
    const records = (await dns.txt(`_dmarc.${at}`)).filter((text) => /^v=DMARC1\s*(;|$)/i.test(text));
    const [record] = records;
    if (record === undefined) continue;
    if (records.length > 1)
      return fail(name, `_dmarc.${at} has ${records.length}, so none counts`, 'Leave one of them.');
    const policy = /;\s*p\s*=\s*(\w+)/i.exec(record)?.[1]?.toLowerCase();
    if (policy === undefined)
      return fail(name, `the record at _dmarc.${at} has no p=`, 'Add p=none, p=quarantine or p=reject.');
    return ok(
      name,
      `p=${policy} at _dmarc.${at}${policy === 'none' ? ', which reports and rejects nothing' : ''}`,
    );
  }
  const hint = `Gmail and Yahoo want one from bulk senders. Add a TXT record to _dmarc.${domain}: v=DMARC1; p=none`;
  return warn(name, `${domain} has none`, hint);
}

class SenderDns {
  readonly #resolver = new Resolver({ timeout: 3000, tries: 2 });

  constructor(nameServer: string | undefined) {
    if (nameServer === undefined) return;
    try {
      this.#resolver.setServers([nameServer]);
    } catch {
      throw new UsageTrouble(`--name-server: ${plain(nameServer)} is no IP address.`);
    }
  }

  /** @throws NoDns also where names of the world are not known: a network that is closed says of all of them that there are none */
  async exists(domain: string): Promise<boolean> {
    // ENODATA: the name is there, the record is not. ENOTFOUND: there is no such name.
    const asked = () => this.#resolver.resolveSoa(domain).then((soa) => [soa]);
    if ((await this.#ask(asked, true)) !== 'no-such-name') return true;
    const root = await this.#ask(() => this.#resolver.resolveNs('.'), true);
    if (root === 'no-such-name') throw new NoDns('the name server knows nothing of the world outside');
    return false;
  }

  async txt(name: string): Promise<Records<string>> {
    const found = await this.#ask(() => this.#resolver.resolveTxt(name), false);
    return found === 'no-such-name' ? [] : found.map((pieces) => pieces.join(''));
  }

  async mx(domain: string): Promise<Records<string>> {
    const found = await this.#ask(() => this.#resolver.resolveMx(domain), false);
    if (found === 'no-such-name') return [];
    return found.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => plain(exchange));
  }

  async #ask<T>(query: () => Promise<T[]>, tellMissing: boolean): Promise<T[] | 'no-such-name'> {
    try {
      return await query();
    } catch (error) {
      const code = String((error as NodeJS.ErrnoException).code);
      if (code === 'ENODATA') return [];
      if (code === 'ENOTFOUND') return tellMissing ? 'no-such-name' : [];
      throw new NoDns(code);
    }
  }
}
