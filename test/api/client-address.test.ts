import assert from 'node:assert/strict';
import { addressOf, countedAs, isLoopback, readAddress, trustedProxies } from '../../api/client-address.ts';
import type { HttpRequest } from '../../api/http.ts';

const asked = (ip: string, remoteAddress = '192.0.2.1') =>
  ({ ip, socket: { remoteAddress } }) as unknown as HttpRequest;

describe('the address of a client', () => {
  it('is one, however a proxy writes it', () => {
    for (const written of [
      '203.0.113.7',
      ' 203.0.113.7 ',
      '203.0.113.7:4711',
      '"203.0.113.7:4711"',
      '[203.0.113.7]:4711',
      '::ffff:203.0.113.7',
      '::FFFF:203.0.113.7',
      '[::ffff:203.0.113.7]:65535',
      '::ffff:cb00:7107',
      '0:0:0:0:0:ffff:cb00:7107',
      '0000:0000:0000:0000:0000:FFFF:CB00:7107',
      '::ffff:203.0.113.7%eth0',
      '::ffff:0:203.0.113.7',
      '64:ff9b::203.0.113.7',
      '64:ff9b::cb00:7107',
    ]) {
      assert.equal(readAddress(written), '203.0.113.7', written);
      assert.equal(countedAs(written), '203.0.113.7', written);
      assert.equal(addressOf(asked(written)), '203.0.113.7', written);
    }
  });

  it('of IPv6 counts as its /64, however it is written', () => {
    const same = [
      '2001:db8:0:7::1',
      '2001:0DB8:0000:0007:0000:0000:0000:0001',
      '[2001:db8:0:7::1]:4711',
      '"[2001:db8:0:7::1]"',
      '2001:db8:0:7::1%12',
      '2001:db8:0:7:ffff::',
      '2001:db8:0:7:1:2:3:4',
      '2001:db8:0:7::192.0.2.9',
    ];
    assert.deepEqual(new Set(same.map(countedAs)), new Set(['2001:db8:0:7::/64']));
    assert.notEqual(countedAs('2001:db8:0:8::1'), countedAs('2001:db8:0:7::1'));
  });

  it('is the proxy’s where the proxy gives none, so that nobody evades a limit with words', () => {
    for (const given of [
      'unknown',
      '_hidden',
      '',
      '203.0.113',
      '203.0.113.7:x',
      '010.0.0.1',
      '1.2.3.4.5',
      'x'.repeat(500),
    ]) {
      assert.equal(readAddress(given), undefined, given);
      assert.equal(addressOf(asked(given, '::ffff:192.0.2.1')), '192.0.2.1', given);
    }
  });

  it('is this machine’s own in every spelling of it', () => {
    for (const own of [
      'localhost',
      'LOCALHOST',
      '127.0.0.1',
      '127.9.9.9',
      '::1',
      '[::1]',
      '0:0:0:0:0:0:0:1',
      '::ffff:127.0.0.1',
      '::ffff:7f00:1',
    ])
      assert.equal(isLoopback(own), true, own);
    for (const other of ['0.0.0.0', '::', '128.0.0.1', '::2', '::ffff:10.0.0.1', 'localhost.example', ''])
      assert.equal(isLoopback(other), false, other);
  });
});

describe('the proxies that are trusted', () => {
  it('are so many, counted from this machine', () => {
    const two = trustedProxies('2')!;
    assert.deepEqual(
      [0, 1, 2].map((hop) => two('203.0.113.7', hop)),
      [true, true, false],
    );
  });

  it('are those of addresses and networks, in every spelling', () => {
    const trusts = trustedProxies('10.0.0.0/8, 2001:db8::/32, 192.0.2.7, loopback')!;
    for (const proxy of ['10.1.2.3', '::ffff:10.1.2.3', '10.1.2.3:443', '2001:DB8::9', '192.0.2.7', '127.0.0.1', '::1'])
      assert.equal(trusts(proxy, 0), true, proxy);
    for (const other of ['11.0.0.1', '2001:db9::1', '192.0.2.8', 'unknown', ''])
      assert.equal(trusts(other, 0), false, other);
    assert.equal(trustedProxies('::ffff:10.0.0.0/104')!('10.200.0.1', 0), true);
  });

  it('are none where what is written is neither', () => {
    for (const wrong of [
      'true',
      'yes',
      'false',
      '*',
      'proxy.example',
      '10.0.0.0/33',
      '10.0.0.0/8/8',
      '1.2.3',
      '-1',
      '1000',
      ' ',
      '127.0.0.1,,',
      '2 proxies',
    ])
      assert.equal(trustedProxies(wrong), undefined, wrong);
  });
});
