import { type ClusterNode, type ClusterState, homeOf, type SentinelState, slotsOf } from '../redis/cluster-state.ts';
import { bad, type Check, ok, type Rule, several, untold, warning } from './check.ts';

/** From this on a lost primary is missed for long; below, a busy node is taken for a lost one. */
const LONG_TIMEOUT_MS = 30_000;
const SHORT_TIMEOUT_MS = 1_000;

/** Fewer primaries, or sentinels, have no majority when one of them is lost. */
const LEAST_VOTES = 3;

/** The part of a namespace and the namespace of its keys: `''` for one without partitions, and for the front. */
export type ClusterPart = Readonly<{ name: string; namespace: string }>;

/** `asWhole`: connected to all of its nodes. */
export type ClusterFacts = Readonly<{ state: ClusterState; parts: readonly ClusterPart[]; asWhole: boolean }>;

type Found = Omit<Check, 'name'>;

export const cluster: Rule = ({ info, slot, settings, cluster }) => {
  const tag = `{${settings.namespace}}`;
  const advice =
    'name the cluster, redis-cluster://HOST:PORT,…: then the node is found that has the keys, wherever they are';
  if (slot !== null) return bad(`keys of ${tag} cannot be used here: ${slot}`, advice);
  if (info.get('cluster_enabled') !== '1') return ok(`no cluster; all keys share the hash tag ${tag}`);
  if ('refused' in cluster) return untold('the cluster', cluster.refused);
  if (cluster.value === null || !cluster.value.asWhole)
    return warning(`a node of a cluster, which has the slot of ${tag} now and may lose it`, advice);
  return [nodes, votes, coverage, timeout, replicas, homes].flatMap(
    (rule) => rule(cluster.value as ClusterFacts) ?? [],
  );
};

function primariesOf({ nodes }: ClusterState): ClusterNode[] {
  return nodes.filter((node) => node.replicaOf === null && slotsOf(node) > 0);
}

function listed(nodes: readonly ClusterNode[]): string {
  return nodes.map(({ address }) => address).join(', ');
}

function nodes({ state }: ClusterFacts): Found[] {
  const lost = state.nodes.filter(({ fails }) => fails);
  const found = `${several(primariesOf(state).length, 'primary node')}, ${several(state.nodes.length, 'node')} in all`;
  if (state.uncovered > 0) {
    const words = state.fullCoverage === true ? ': the cluster takes nothing at all' : ': their keys cannot be used';
    return [
      bad(
        `${several(state.uncovered, 'slot')} have no primary that lives${words}`,
        'start the primary that had them, or one of its replicas',
      ),
    ];
  }
  if (lost.length > 0)
    return [warning(`${found}; not there: ${listed(lost)}`, 'start it again, or take it out by CLUSTER FORGET')];
  return [ok(found)];
}

function votes({ state }: ClusterFacts): Found[] | null {
  const primaries = primariesOf(state).length;
  if (primaries >= LEAST_VOTES) return null;
  return [
    bad(
      `${several(primaries, 'primary node')}: when one is lost no majority is left to let a replica take over`,
      'have three primaries or more',
    ),
  ];
}

function coverage({ state, parts }: ClusterFacts): Found[] | null {
  if (state.fullCoverage !== true || parts.length === 1) return null;
  return [
    warning(
      'cluster-require-full-coverage is yes: one lost slot stops all partitions until a replica has taken over',
      'set it to no on every node: then the partitions of other nodes go on',
    ),
  ];
}

function timeout({ state: { timeoutMs } }: ClusterFacts): Found[] | null {
  if (timeoutMs === null) return null;
  const found = `a lost primary is noticed after ${timeoutMs / 1_000} s (cluster-node-timeout), and replaced some seconds later`;
  if (timeoutMs > LONG_TIMEOUT_MS) return [warning(found, 'set it to 15,000 or less: nothing is applied meanwhile')];
  if (timeoutMs < SHORT_TIMEOUT_MS)
    return [warning(found, 'set it to 2,000 or more: a busy node is taken for a lost one')];
  return [ok(found)];
}

function replicas({ state }: ClusterFacts): Found[] {
  const living = state.nodes.filter(({ fails }) => !fails);
  const alone = primariesOf(state).filter(({ id }) => !living.some(({ replicaOf }) => replicaOf === id));
  if (alone.length === 0) return [ok('each primary has a replica')];
  return [
    warning(
      `without a replica: ${listed(alone)}; when it is lost, so are its keys`,
      'give each primary a replica on another machine',
    ),
  ];
}

function homes({ state, parts }: ClusterFacts): Found[] {
  const missing = parts.filter(({ namespace }) => homeOf(state, namespace) === undefined);
  if (missing.length > 0) {
    return [bad(`no node has the keys of ${missing.map(({ namespace }) => `{${namespace}}`).join(', ')}`, 'see above')];
  }
  const byNode = new Map<string, string[]>();
  for (const { name, namespace } of parts) {
    const address = homeOf(state, namespace)?.address ?? '';
    byNode.set(address, [...(byNode.get(address) ?? []), name === '' ? `{${namespace}}` : name]);
  }
  const found = [...byNode].map(([address, names]) => `${names.join(' ')} on ${address}`).join('; ');
  const moving = state.nodes.flatMap((node) => node.moving);
  const more = moving.length === 0 ? [] : [movingSlots(moving)];
  if (parts.length > 1 && byNode.size === 1 && primariesOf(state).length > 1) {
    return [
      warning(
        `all partitions are on one node: ${found}`,
        'move slots to other nodes, as redis-cli --cluster rebalance does',
      ),
      ...more,
    ];
  }
  return [ok(found), ...more];
}

function movingSlots(moving: readonly number[]): Found {
  return warning(
    `${several(moving.length, 'slot')} on the move (${moving.slice(0, 5).join(', ')}): engines in them wait until they have arrived`,
    'see that the move comes to its end; redis-cli --cluster fix takes up one that was cut off',
  );
}

export const sentinels: Rule = ({ sentinels }) => {
  if ('refused' in sentinels) return untold('the sentinels', sentinels.refused);
  if (sentinels.value === null) return null;
  return judged(sentinels.value);
};

function judged({ sentinels, quorum, replicas, downAfterMs, unable }: SentinelState): Found {
  const found = `${several(sentinels, 'sentinel')}, ${quorum} have to agree, ${several(replicas, 'replica')}, lost after ${downAfterMs / 1_000} s`;
  if (unable !== null)
    return bad(`${found}; no failover is possible: ${unable}`, 'start the sentinels that are missing');
  if (replicas === 0) return bad(`${found}: nothing can take over`, 'give the primary a replica');
  if (sentinels < LEAST_VOTES)
    return warning(`${found}: with one gone no majority is left`, 'run three sentinels, on three machines');
  return ok(found);
}
