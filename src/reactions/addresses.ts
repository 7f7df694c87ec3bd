import { BlockList, isIP, isIPv6 } from 'node:net';
import { InvalidDocument } from '../errors.ts';

/** What IANA set aside in IPv4: this network, private ones, link-local, documentation, tests, multicast and the rest. */
const SPECIAL_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
];

/**
 * Global IPv6 addresses lie in 2000::/3; of those, these lead elsewhere: Teredo and others of 2001::/23, documentation, and 6to4, which
 * carries an IPv4 address. NAT64 (64:ff9b::/96) lies outside 2000::/3.
 */
const GLOBAL_V6 = '2000::/3';
const SPECIAL_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

const special = listOf(SPECIAL_V4.concat(SPECIAL_V6));
const unicast = listOf([GLOBAL_V6]);

/** Reads networks such as 10.1.0.0/16, or single addresses. @throws InvalidDocument */
export function networksOf(texts: readonly string[]): BlockList {
  for (const text of texts)
    if (!isNetwork(text)) throw new InvalidDocument('allow-net', 'must be a network like 10.1.0.0/16', text);
  return listOf(texts);
}

/** Whether an address may be connected to: a public one, or one of the networks that were allowed. */
export function mayConnect(address: string, allowed: BlockList): boolean {
  const plain = canonical(address);
  const family = isIP(plain) === 4 ? 'ipv4' : 'ipv6';
  if (isIP(plain) === 0) return false;
  if (allowed.check(plain, family)) return true;
  return !special.check(plain, family) && (family === 'ipv4' || unicast.check(plain, family));
}

/** An address without its zone; an IPv4 address that is written as IPv6 (`::ffff:127.0.0.1`) as what it is. */
function canonical(address: string): string {
  const [bare = ''] = address.replace(/^\[|\]$/g, '').split('%', 1);
  if (!isIPv6(bare)) return bare;
  const shortest = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(shortest) ?? [];
  if (high === undefined || low === undefined) return shortest;
  const [a, b] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [a >> 8, a & 255, b >> 8, b & 255].join('.');
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const most = isIP(address) === 4 ? 32 : 128;
  return (
    isIP(address) !== 0 && more.length === 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most))
  );
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits] = network.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}
