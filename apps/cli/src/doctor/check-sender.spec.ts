import { afterEach, describe, expect, it } from '@jest/globals';
import { type NameServer, startNameServer, type Zone } from '../testing/name-server.js';
import { UsageTrouble } from '../trouble.js';
import { checkSender } from './check-sender.js';

const ROOT = { '': { NS: ['a.root-servers.example'] } };

describe('the sender check', () => {
  let dns: NameServer | undefined;
  afterEach(() => dns?.close());

  const states = async (
    zone: Zone,
    from = 'Shop <news@shop.example>',
    dkimSelector?: string,
  ): Promise<Record<string, string>> => {
    dns = await startNameServer({ ...ROOT, ...zone });
    const checks = await checkSender({
      from,
      nameServer: dns.address,
      ...(dkimSelector !== undefined && { dkimSelector }),
    });
    return Object.fromEntries(
      checks.map(({ name, state, detail }) => [name.replace('Sender ', ''), `${state}: ${detail}`]),
    );
  };

  it('is content with a domain that has all it takes', async () => {
    const long = `v=DKIM1; k=rsa; p=${'A'.repeat(400)}`;
    const found = await states(
      {
        'shop.example': {
          SOA: ['ns.example'],
          MX: ['mx.shop.example'],
          TXT: ['other=1', 'v=spf1 include:amazonses.com ~all'],
        },
        's1._domainkey.shop.example': { TXT: [long] },
        '_dmarc.shop.example': { TXT: ['v=DMARC1; p=reject; rua=mailto:dmarc@shop.example'] },
      },
      'news@shop.example',
      's1',
    );
    expect(found).toEqual({
      MX: 'ok: shop.example takes mail at mx.shop.example',
      SPF: 'ok: v=spf1 include:amazonses.com ~all',
      DKIM: 'ok: there is a key at s1._domainkey.shop.example',
      DMARC: 'ok: p=reject at _dmarc.shop.example',
    });
  });

  it('warns of what is not there, and does not look for a DKIM key whose name it does not know', async () => {
    expect(await states({ 'shop.example': { SOA: ['ns.example'] } })).toEqual({
      MX: 'warn: shop.example has none',
      SPF: 'warn: shop.example has none',
      DKIM: 'skip: not checked: name the selector with --dkim-selector',
      DMARC: 'warn: shop.example has none',
    });
  });

  it('fails records that do harm', async () => {
    const found = await states(
      {
        'shop.example': { SOA: ['ns.example'], MX: ['.'], TXT: ['v=spf1 mx -all', 'v=spf1 a -all'] },
        's1._domainkey.shop.example': { TXT: ['v=DKIM1; p='] },
        '_dmarc.shop.example': { TXT: ['v=DMARC1; p=none', 'v=DMARC1; p=reject'] },
      },
      'shop.example',
      's1',
    );
    expect(found).toEqual({
      MX: 'fail: shop.example takes no mail at all',
      SPF: 'fail: shop.example has 2, which counts as an error',
      DKIM: 'fail: the key at s1._domainkey.shop.example is revoked',
      DMARC: 'fail: _dmarc.shop.example has 2, so none counts',
    });
    dns?.close();
    const open = await states({ 'shop.example': { SOA: ['ns.example'], TXT: ['v=spf1 +all'] } });
    expect(open['SPF']).toBe('fail: the record allows everybody to send as shop.example');
  });

  it('takes the DMARC record of the parent domain', async () => {
    const found = await states(
      {
        'mail.shop.example': {},
        '_dmarc.shop.example': { TXT: ['v=DMARC1; p=none'] },
      },
      'news@mail.shop.example',
    );
    expect(found['DMARC']).toBe('ok: p=none at _dmarc.shop.example, which reports and rejects nothing');
  });

  it('fails a domain that does not exist', async () => {
    expect(await states({}, 'news@typo.example')).toEqual({
      Sender: 'fail: there is no domain typo.example',
    });
  });

  it('says that it could not look where there is no DNS, or one that knows nothing of the world', async () => {
    const closed = await startNameServer({});
    const [noWorld] = await checkSender({ from: 'news@shop.example', nameServer: closed.address });
    closed.close();
    expect(noWorld).toMatchObject({ state: 'skip', detail: expect.stringMatching(/^not checked: no DNS/) });
    const [nobody] = await checkSender({ from: 'news@shop.example', nameServer: closed.address });
    expect(nobody).toMatchObject({ state: 'skip', detail: expect.stringMatching(/^not checked: no DNS/) });
  });

  it('refuses what is neither a sender nor a domain', async () => {
    await expect(checkSender({ from: 'a@b@c' })).rejects.toThrow(UsageTrouble);
    await expect(checkSender({ from: 'shop.example', nameServer: 'not an address' })).rejects.toThrow(
      UsageTrouble,
    );
  });
});
