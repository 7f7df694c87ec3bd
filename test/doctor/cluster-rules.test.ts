import { expect, test } from 'vitest';
import type { Check } from '../../src/doctor/check.ts';
import { cluster, sentinels } from '../../src/doctor/cluster-rules.ts';
import type { Facts } from '../../src/doctor/examine.ts';
import { type ClusterNode, type ClusterState, parseNodes, type SentinelState } from '../../src/redis/cluster-state.ts';

/** Three primaries with a replica each: {wf} and {wf.0} are on the second, {wf.1} on the third. */
const NODES = parseNodes(
  ['0-5460 [7->-1]', '5461-10922', '10923-16383', '', '', '']
    .map((slots, i) => `${i} h:${7_000 + i}@1 ${i < 3 ? 'master -' : `slave ${i - 3}`} 0 0 1 connected ${slots}`)
    .join('\n'),
);
const SETTLED = NODES.map((node): ClusterNode => ({ ...node, moving: [] }));
const failing = (...lost: readonly number[]): ClusterNode[] =>
  SETTLED.map((node, i) => (lost.includes(i) ? { ...node, fails: true } : node));

function found(state: Partial<ClusterState>, more: Partial<Facts> = {}): string[] {
  const facts = {
    info: new Map([['cluster_enabled', '1']]),
    slot: null,
    settings: { namespace: 'wf', durability: 'memory', minReplicas: 1 },
    cluster: {
      value: {
        state: { nodes: SETTLED, uncovered: 0, timeoutMs: 5_000, fullCoverage: false, ...state },
        parts: ['wf', 'wf.0', 'wf.1'].map((namespace) => ({ name: namespace.slice(3), namespace })),
        asWhole: true,
      },
    },
    ...more,
  } as Facts;
  return textsOf(cluster(facts));
}

function textsOf(checks: ReturnType<typeof cluster>): string[] {
  return [checks ?? []].flat().map((check: Omit<Check, 'name'>) => `${check.grade}: ${check.found}`);
}

test('a cluster that is well shows the nodes that have the namespace', () => {
  expect(found({})).toEqual([
    'ok: 3 primary nodes, 6 nodes in all',
    'ok: a lost primary is noticed after 5 s (cluster-node-timeout), and replaced some seconds later',
    'ok: each primary has a replica',
    'ok: {wf} 0 on h:7001; 1 on h:7002',
  ]);
});

test.each<[string, Partial<ClusterState>]>([
  [
    'bad: 5,461 slots have no primary that lives: the cluster takes nothing at all',
    { uncovered: 5_461, fullCoverage: true },
  ],
  ['bad: 5,461 slots have no primary that lives: their keys cannot be used', { uncovered: 5_461 }],
  [
    'warning: cluster-require-full-coverage is yes: one lost slot stops all partitions until a replica has taken over',
    { fullCoverage: true },
  ],
  [
    'warning: a lost primary is noticed after 60 s (cluster-node-timeout), and replaced some seconds later',
    { timeoutMs: 60_000 },
  ],
  [
    'warning: a lost primary is noticed after 0.5 s (cluster-node-timeout), and replaced some seconds later',
    { timeoutMs: 500 },
  ],
  [
    'warning: without a replica: h:7000, h:7001, h:7002; when it is lost, so are its keys',
    { nodes: SETTLED.slice(0, 3) },
  ],
  ['warning: without a replica: h:7000; when it is lost, so are its keys', { nodes: failing(3) }],
  ['warning: 3 primary nodes, 6 nodes in all; not there: h:7003', { nodes: failing(3) }],
  ['bad: no node has the keys of {wf}, {wf.0}', { nodes: failing(1) }],
  [
    'bad: 2 primary nodes: when one is lost no majority is left to let a replica take over',
    { nodes: SETTLED.slice(1, 3) },
  ],
  ['warning: 1 slot on the move (7): engines in them wait until they have arrived', { nodes: NODES }],
])('%s', (text, state) => {
  expect(found(state)).toContain(text);
});

test('partitions that are all on one node are told', () => {
  const [first, second, third] = SETTLED;
  if (!(first && second && third)) throw new Error('there are three');
  const nodes = [
    { ...first, ranges: [[0, 1]] as const },
    { ...second, ranges: [[2, 16_382]] as const },
    { ...third, ranges: [[16_383, 16_383]] as const },
  ];
  expect(found({ nodes })).toContain('warning: all partitions are on one node: {wf} 0 1 on h:7001');
});

test('one that is reached by one of its nodes, or tells nothing, gets a warning', () => {
  expect(found({}, { cluster: { refused: 'NOPERM x' } })).toEqual(['warning: the cluster cannot be seen: NOPERM x']);
  expect(found({}, { cluster: { value: null } })[0]).toMatch(/^warning: a node of a cluster, which has the slot/);
  expect(found({}, { slot: 'MOVED 1 h:2' })).toEqual(['bad: keys of {wf} cannot be used here: MOVED 1 h:2']);
});

test('what CLUSTER NODES says is read, with names where nodes have them', () => {
  const [node] = parseNodes(
    'a 10.0.0.1:6379@16379,redis-1 myself,master,fail? - 0 0 1 connected 0-1 5 [7->-b] [8-<-b]\n',
  );
  expect(node).toEqual({
    id: 'a',
    address: 'redis-1:6379',
    replicaOf: null,
    fails: true,
    ranges: [
      [0, 1],
      [5, 5],
    ],
    moving: [7],
  });
});

test.each<[string, Partial<SentinelState>]>([
  ['ok: 3 sentinels, 2 have to agree, 1 replica, lost after 5 s', {}],
  [
    'warning: 2 sentinels, 2 have to agree, 1 replica, lost after 5 s: with one gone no majority is left',
    { sentinels: 2 },
  ],
  ['bad: 3 sentinels, 2 have to agree, 0 replicas, lost after 5 s: nothing can take over', { replicas: 0 }],
  [
    'bad: 3 sentinels, 2 have to agree, 1 replica, lost after 5 s; no failover is possible: NOQUORUM',
    { unable: 'NOQUORUM' },
  ],
])('%s', (text, state) => {
  const value: SentinelState = { sentinels: 3, quorum: 2, replicas: 1, downAfterMs: 5_000, unable: null, ...state };
  expect(textsOf(sentinels({ sentinels: { value } } as Facts))).toEqual([text]);
});
