import { expect, test } from 'vitest';
import { withPassword } from '../../../src/cli/private-password.ts';
import { addressAdvice, isAddress, publicUrl } from '../../../src/redis/address.ts';
import { clientOf } from '../../../src/redis/client.ts';
import { at, clusterOf, slotOf } from '../../../src/redis/cluster.ts';
import { placesIn } from '../../../src/redis/places.ts';
import { stateInWords } from '../../../src/redis/reason.ts';

const nobody = { username: null, password: null };

test.each([
  [
    'redis-cluster://h1:7000,h2',
    {
      kind: 'cluster',
      nodes: [
        { host: 'h1', port: 7_000 },
        { host: 'h2', port: 6_379 },
      ],
      access: nobody,
      tls: false,
    },
  ],
  [
    'rediss-cluster://me:p%40ss@[::1]:7000/0',
    { kind: 'cluster', nodes: [{ host: '::1', port: 7_000 }], access: { username: 'me', password: 'p@ss' }, tls: true },
  ],
  [
    'redis-sentinel://:secret@s1,s2:26380/my-primary/2?sentinelPassword=other',
    {
      kind: 'sentinel',
      nodes: [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_380 },
      ],
      name: 'my-primary',
      db: 2,
      access: { username: null, password: 'secret' },
      sentinelAccess: { username: null, password: 'other' },
      tls: false,
    },
  ],
])('%s names several places', (url, places) => {
  expect(placesIn(url)).toEqual(places);
  expect(isAddress(url)).toBe(true);
});

test.each([
  'redis-cluster://',
  'redis-cluster://h:70000',
  'redis-cluster://h:x',
  'redis-cluster://h,',
  'redis-cluster://h/1',
  'redis-cluster://h?a=1',
  'redis-cluster://u:p/w@h',
  'redis-cluster://u:%@h',
  'redis-sentinel://h',
  'redis-sentinel://h/name/x',
  'redis-sentinel://h/name?role=slave',
  'redis+cluster://h',
])('%s is no address', (url) => {
  expect(placesIn(url)).toBeNull();
  expect(isAddress(url)).toBe(false);
});

test('what is wrong with such an address is said with how it is written', () => {
  expect(addressAdvice('redis-cluster://h/1')).toMatch(/redis-cluster:\/\/host:6379,other:6379, without a database$/);
  expect(addressAdvice('redis-sentinel://h')).toMatch(/other:26379\/NAME-OF-THE-PRIMARY$/);
  expect(addressAdvice('redis-cluster://u:p/w@h')).toMatch(/write % as %25/);
});

test.each([
  ['redis-cluster://me:secret@h1,h2:7001', 'redis-cluster://me:***@h1,h2:7001'],
  ['redis-cluster://h1,h2:7001', 'redis-cluster://h1,h2:7001'],
  ['rediss-sentinel://:secret@s/name/1?sentinelPassword=secret', 'rediss-sentinel://:***@s/name/1'],
  ['redis-sentinel://s?sentinelPassword=secret', 'redis-sentinel://s'],
  ['redis-cluster://u:sec#ret@h', 'h'],
])('%s is shown without its passwords', (url, shown) => {
  expect(publicUrl(url)).toBe(shown);
});

test('the password of redis-cli is that of a cluster as well, unless it has its own', () => {
  const env = { REDISCLI_AUTH: 'p@' };
  expect(withPassword('redis-cluster://h1,h2', env)).toBe('redis-cluster://:p%40@h1,h2');
  expect(withPassword('redis-cluster://me:x@h1', env)).toBe('redis-cluster://me:x@h1');
});

test('a client is made of each kind of address, with its user, its password and TLS', () => {
  const options = { lazyConnect: true, tls: { ca: 'CA' }, retryStrategy: () => null };
  const cluster = clusterOf(clientOf('rediss-cluster://me:p@h1:1,h2:2', options));
  expect(cluster?.options.redisOptions).toMatchObject({ username: 'me', password: 'p', tls: { ca: 'CA' } });
  const sentinel = clientOf('rediss-sentinel://me:p@s:1/name/3?sentinelPassword=q', options);
  expect(sentinel.options).toMatchObject({ name: 'name', db: 3, username: 'me', password: 'p', sentinelPassword: 'q' });
  expect(sentinel.options).toMatchObject({
    enableTLSForSentinelMode: true,
    tls: { ca: 'CA' },
    sentinelTLS: { ca: 'CA' },
  });
  const plain = clientOf('redis-cluster://h1', { lazyConnect: true });
  expect(clusterOf(plain)?.options.redisOptions).not.toHaveProperty('tls');
  for (const client of [cluster, sentinel, plain]) client?.disconnect();
});

test('a command without a key goes to the node that has the keys of the engine, one with a key to that of the key', () => {
  const client = clientOf('redis-cluster://h1', { lazyConnect: true });
  const cluster = clusterOf(client);
  const slots: (number | null)[] = [];
  if (cluster) cluster.sendCommand = (command) => slots.push(command.getSlot());
  const view = at(client, { namespace: 'wf.3' });
  void view.time();
  void view.get('{wf.4}:position');
  void at(view, { namespace: 'wf' }).time();
  expect(slots).toEqual([slotOf('wf.3'), slotOf('wf.4'), slotOf('wf')]);
  expect(clusterOf(view)).toBe(cluster);
  client.disconnect();
});

test.each([
  ['MOVED 1 h:2', /use redis-cluster:/],
  ['ASK 1 h:2', /moving to another node/],
  ['TRYAGAIN Multiple keys request during rehashing of slot', /some have not arrived/],
  ['CLUSTERDOWN Hash slot not served', /no node .* has the slot/],
  ['CLUSTERDOWN The cluster is down', /takes nothing/],
  ["READONLY You can't write against a read only replica.", /takes no writes/],
  ['MASTERDOWN Link with MASTER is down', /lost its primary/],
  ['LOADING Redis is loading the dataset in memory', /still reading/],
  ["CROSSSLOT Keys in request don't hash to the same slot", /different slots/],
  ['Too many Cluster redirections. Last error: ReplyError: CLUSTERDOWN The cluster is down', /takes nothing/],
])('%s is said in words', (message, words) => {
  expect(stateInWords(message)).toMatch(words);
});

test('any other error stands for itself', () => {
  expect(stateInWords('ERR value is not an integer')).toBeNull();
});
