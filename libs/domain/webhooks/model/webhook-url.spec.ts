import { describe, expect, it } from '@jest/globals';
import { forbiddenAddress } from './network-address.js';
import { readWebhookUrl } from './webhook-url.js';

const STRICT = { allowPrivate: false };

describe('forbiddenAddress', () => {
  it.each([
    ['0.0.0.0', 'this network'],
    ['10.0.0.1', 'private'],
    ['10.255.255.255', 'private'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['100.127.255.255', 'carrier-grade NAT'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'link-local'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.8', 'protocol assignments'],
    ['192.0.2.1', 'documentation'],
    ['192.88.99.1', '6to4 relays'],
    ['192.168.1.1', 'private'],
    ['198.18.0.1', 'benchmarking'],
    ['198.19.255.255', 'benchmarking'],
    ['198.51.100.7', 'documentation'],
    ['203.0.113.7', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'reserved'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::7f00:1', 'reserved'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['::ffff:a9fe:a9fe', 'link-local'],
    ['0:0:0:0:0:ffff:10.0.0.1', 'private'],
    ['64:ff9b::10.0.0.1', 'private'],
    ['64:ff9b:1::1', 'reserved'],
    ['2002:c0a8:101::1', 'private'],
    ['2001:0:4136:e378:8000:63bf:3fff:fdd2', 'protocol assignments'],
    ['2001:db8::1', 'documentation'],
    ['3fff::1', 'documentation'],
    ['fc00::1', 'unique local'],
    ['fd12:3456:789a::1', 'unique local'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'reserved'],
    ['ff02::1', 'multicast'],
    ['100::1', 'reserved'],
    ['5f00::1', 'reserved'],
    ['fe80::1%eth0', 'not an address'],
    ['1.2.3', 'not an address'],
    ['1.2.3.256', 'not an address'],
    ['1:2:3', 'not an address'],
    ['1::2::3', 'not an address'],
    ['::12345', 'not an address'],
    ['', 'not an address'],
  ])('forbids %s: %s', (address, what) => {
    expect(forbiddenAddress(address)).toBe(what);
  });

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.1',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.1',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001::',
    '2001:200::1',
    '::ffff:1.1.1.1',
    '64:ff9b::101:101',
    '2002:101:101::1',
  ])('takes %s', (address) => {
    expect(forbiddenAddress(address)).toBeUndefined();
  });
});

describe('the URL of an endpoint', () => {
  it.each([
    ['http://169.254.169.254/', 'address_forbidden'],
    ['https://169.254.169.254/latest/meta-data', 'address_forbidden'],
    ['http://2130706433/', 'address_forbidden'],
    ['https://2130706433/', 'address_forbidden'],
    ['https://0x7f.1/', 'address_forbidden'],
    ['0x7f.1', 'address_forbidden'],
    ['https://0177.0.0.1/', 'address_forbidden'],
    ['https://127.1/', 'address_forbidden'],
    ['https://0/', 'address_forbidden'],
    ['https://①②⑦.0.0.1/', 'address_forbidden'],
    ['https://127.0.0.1./', 'address_forbidden'],
    ['http://[::ffff:169.254.169.254]', 'address_forbidden'],
    ['https://[::1]:8443/', 'address_forbidden'],
    ['https://[fe80::1]/', 'address_forbidden'],
    ['https://localhost/', 'address_forbidden'],
    ['https://LOCALHOST./', 'address_forbidden'],
    ['https://db.localhost/', 'address_forbidden'],
    ['http://example.com/', 'scheme_forbidden'],
    ['file:///etc/passwd', 'scheme_forbidden'],
    ['gopher://example.com/', 'scheme_forbidden'],
    ['ftp://example.com/', 'scheme_forbidden'],
    ['javascript:alert(1)', 'scheme_forbidden'],
    ['data:text/plain,x', 'scheme_forbidden'],
    ['https://user:secret@example.com/', 'validation_failed'],
    ['https://user@example.com/', 'validation_failed'],
    ['https://', 'validation_failed'],
    ['example.com/hooks', 'validation_failed'],
    ['', 'validation_failed'],
    ['https://[::1', 'validation_failed'],
    [`https://example.com/${'x'.repeat(2048)}`, 'validation_failed'],
  ])('refuses %s', (url, code) => {
    expect(readWebhookUrl(url, STRICT)).toMatchObject({ ok: false, code });
  });

  it.each([
    ['https://example.com', 'https://example.com/'],
    ['  https://EXAMPLE.com/a b?c=d#e ', 'https://example.com/a%20b?c=d'],
    ['https://bücher.example/hooks', 'https://xn--bcher-kva.example/hooks'],
    ['https://1.1.1.1:8443/', 'https://1.1.1.1:8443/'],
    ['https://[2606:4700:4700::1111]/', 'https://[2606:4700:4700::1111]/'],
  ])('takes %s as %s', (url, normalised) => {
    expect(readWebhookUrl(url, STRICT)).toEqual({ ok: true, url: normalised });
  });

  it('takes plain http and private addresses where they are allowed, but no other scheme', () => {
    const open = { allowPrivate: true };
    expect(readWebhookUrl('http://127.0.0.1:3001/x', open)).toEqual({
      ok: true,
      url: 'http://127.0.0.1:3001/x',
    });
    expect(readWebhookUrl('http://localhost:3001/x', open).ok).toBe(true);
    expect(readWebhookUrl('file:///etc/passwd', open)).toMatchObject({ code: 'scheme_forbidden' });
  });
});
