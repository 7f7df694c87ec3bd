import { expect, test } from 'vitest';
import { mayConnect, networksOf } from '../../../src/reactions/addresses.ts';

const none = networksOf([]);

test.each([
  ['93.184.216.34', true],
  ['2606:2800:220:1:248:1893:25c8:1946', true],
  ['::ffff:93.184.216.34', true],
  ['0.0.0.0', false],
  ['10.1.2.3', false],
  ['100.64.0.1', false],
  ['127.0.0.1', false],
  ['169.254.169.254', false],
  ['172.31.255.255', false],
  ['192.168.1.1', false],
  ['198.19.0.1', false],
  ['224.0.0.1', false],
  ['255.255.255.255', false],
  ['::', false],
  ['::1', false],
  ['::ffff:127.0.0.1', false],
  ['::ffff:7f00:1', false],
  ['::127.0.0.1', false],
  ['64:ff9b::7f00:1', false],
  ['64:ff9b:1::1', false],
  ['2001::1', false],
  ['2001:db8::1', false],
  ['2002:7f00:1::', false],
  ['fc00::1', false],
  ['fe80::1%eth0', false],
  ['ff02::1', false],
  ['not an address', false],
])('%s may be connected to: %s', (address, may) => {
  expect(mayConnect(address, none)).toBe(may);
});

test('an allowed network is let through, in whatever form its address comes, and nothing beside it', () => {
  const allowed = networksOf(['10.1.0.0/16', 'fd00::/8', '127.0.0.1']);
  const addresses = ['10.1.2.3', '::ffff:10.1.2.3', 'fd12::1', '127.0.0.1', '10.2.0.1', 'fc00::1', '127.0.0.2'];
  expect(addresses.map((address) => mayConnect(address, allowed))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
  ]);
});

test.each(['10.0.0.0/33', '10.0.0/8', 'example.com', '10.0.0.0/8/9', '::/129', ''])('%j is no network', (text) => {
  expect(() => networksOf([text])).toThrow(/^allow-net: must be a network like 10\.1\.0\.0\/16$/);
});
