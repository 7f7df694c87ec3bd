import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { namesPlaces, placesIn, publicPlaces } from './places.ts';

/** Whether this is an address of a Redis, a cluster or sentinels: a URL, or the path of a socket. */
export function isAddress(url: string): boolean {
  if (url.startsWith('/')) return true;
  if (namesPlaces(url)) return placesIn(url) !== null;
  if (!URL.canParse(url)) return false;
  const { protocol, pathname, search, hash, username, password } = new URL(url);
  // A password with a bare #, / or ? ends up behind the host; it has to be written as %23, %2F or %3F.
  const leaks = [pathname, search, hash].some((part) => part.includes('@'));
  const readable = [username, password].every(isPercentEncoded);
  return ['redis:', 'rediss:'].includes(protocol) && !leaks && readable && DATABASE.test(pathname);
}

/** A bare % is one that no two hexadecimal digits follow. */
function isPercentEncoded(text: string): boolean {
  return !/%(?![0-9a-f]{2})/i.test(text);
}

/** What to do about a URL that is no address because of characters in its password; empty when that is not why. */
export function addressAdvice(url: string): string {
  if (namesPlaces(url) && !url.includes('@')) return formOfPlaces(url);
  return /^rediss?(-cluster|-sentinel)?:.*@/s.test(url)
    ? '; in a user or password, write % as %25, / as %2F, ? as %3F, # as %23, @ as %40 and : as %3A'
    : '';
}

function formOfPlaces(url: string): string {
  return url.includes('-cluster:')
    ? '; a cluster is named as in redis-cluster://host:6379,other:6379, without a database'
    : '; sentinels are named as in redis-sentinel://host:26379,other:26379/NAME-OF-THE-PRIMARY';
}

/** Behind the host stands the number of a database, or nothing. */
const DATABASE = /^(\/\d{0,9})?$/;

/** The URL without its password and without what may be one. */
export function publicUrl(url: string): string {
  if (!isAddress(url) || url.startsWith('/')) return url.replace(namesPlaces(url) ? /^.*@|\?.*$/gs : /^.*@/s, '');
  if (namesPlaces(url)) return publicPlaces(url);
  const shown = new URL(url);
  if (shown.password !== '') shown.password = '***';
  // ioredis reads the query as options, and a password is one of them.
  shown.search = '';
  shown.hash = '';
  return shown.href;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8);
loopback.addAddress('::1', 'ipv6');
loopback.addSubnet('::ffff:127.0.0.0', 104, 'ipv6');

/** Whether a host is this machine and nothing else, so that nobody elsewhere can listen in or connect. */
export async function isLoopback(host: string): Promise<boolean> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return isLoopbackAddress(bare);
  if (bare === '') return false;
  const found = await lookup(bare, { all: true }).catch(() => []);
  return found.length > 0 && found.every(({ address }) => isLoopbackAddress(address));
}

function isLoopbackAddress(address: string): boolean {
  return loopback.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}
