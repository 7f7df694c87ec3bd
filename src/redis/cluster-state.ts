import { Redis } from 'ioredis';
import { fieldsOf } from './backlog.ts';
import { SLOTS, slotOf } from './cluster.ts';

/** A node as the others see it. `moving`: slots that are just leaving it. */
export type ClusterNode = Readonly<{
  id: string;
  address: string;
  /** The id of the primary that it is a replica of; null for a primary. */
  replicaOf: string | null;
  fails: boolean;
  ranges: readonly (readonly [from: number, to: number])[];
  moving: readonly number[];
}>;

/** A cluster as one of its nodes tells it; null where that node may not be asked for a setting. */
export type ClusterState = Readonly<{
  nodes: readonly ClusterNode[];
  /** Slots that no living primary has. */
  uncovered: number;
  /** After so long a silence a node counts as lost. */
  timeoutMs: number | null;
  /** Whether one lost slot stops all of them. */
  fullCoverage: boolean | null;
}>;

/** Asks one node of a cluster. */
export async function clusterStateOf(node: Redis): Promise<ClusterState> {
  const nodes = parseNodes(String(await node.call('CLUSTER', 'NODES')));
  const settings = await settingsOf(node);
  const timeout = settings.get('cluster-node-timeout');
  const coverage = settings.get('cluster-require-full-coverage');
  return {
    nodes,
    uncovered: SLOTS - nodes.reduce((all, one) => all + (one.fails ? 0 : slotsOf(one)), 0),
    timeoutMs: timeout === undefined ? null : Number(timeout),
    fullCoverage: coverage === undefined ? null : coverage === 'yes',
  };
}

async function settingsOf(node: Redis): Promise<ReadonlyMap<string, string>> {
  try {
    const flat = (await node.call('CONFIG', 'GET', 'cluster-*')) as string[];
    return fieldsOf(flat) as ReadonlyMap<string, string>;
  } catch (error) {
    if (error instanceof Error && error.message.startsWith('NOPERM')) return new Map();
    throw error;
  }
}

/** Reads what CLUSTER NODES says: a line for each node. */
export function parseNodes(text: string): ClusterNode[] {
  return text
    .split('\n')
    .map((line) => line.trim().split(' '))
    .filter((words) => words.length >= 8)
    .map(([id = '', address = '', flags = '', primary = '', , , , , ...slots]) => {
      const [, own = '', name = ''] = /^([^@,]*)(?:@\d+)?(?:,([^,]*))?/.exec(address) ?? [];
      return {
        id,
        address: name === '' ? own : `${name}:${own.split(':').at(-1)}`,
        replicaOf: primary === '-' ? null : primary,
        fails: /(^|,)(fail\??|noaddr|handshake)(,|$)/.test(flags),
        ranges: slots.flatMap((range) => {
          const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(range) ?? [];
          return from === undefined ? [] : [[Number(from), Number(to)] as const];
        }),
        moving: slots.flatMap((range) => {
          const [, slot] = /^\[(\d+)->-/.exec(range) ?? [];
          return slot === undefined ? [] : [Number(slot)];
        }),
      };
    });
}

/** How many slots a node has. */
export function slotsOf({ ranges }: ClusterNode): number {
  return ranges.reduce((all, [from, to]) => all + to - from + 1, 0);
}

/** The primary that has the keys of a namespace; undefined where none has them. */
export function homeOf({ nodes }: ClusterState, namespace: string): ClusterNode | undefined {
  const slot = slotOf(namespace);
  return nodes.find(({ ranges, fails }) => !fails && ranges.some(([from, to]) => from <= slot && slot <= to));
}

/** What a sentinel says of the primary: how many sentinels know it, and how many have to agree that it is lost. */
export type SentinelState = Readonly<{
  sentinels: number;
  quorum: number;
  replicas: number;
  downAfterMs: number;
  /** Why no failover is possible now; null when it is. */
  unable: string | null;
}>;

/** How long a sentinel may take to answer: people wait for it. */
const SENTINEL_BOUND_MS = 2_000;

/** Asks the first sentinel that answers; null where the client knows none. @throws the error of the last one that did not answer */
export async function sentinelStateOf({ options }: Redis): Promise<SentinelState | null> {
  const { sentinels, name = '', sentinelTLS, sentinelUsername, sentinelPassword } = options;
  let failure: unknown = null;
  for (const { host = 'localhost', port = 26_379 } of sentinels ?? []) {
    const sentinel = new Redis({
      host,
      port,
      lazyConnect: true,
      enableReadyCheck: false,
      connectTimeout: SENTINEL_BOUND_MS,
      commandTimeout: SENTINEL_BOUND_MS,
      retryStrategy: () => null,
      ...(sentinelTLS ? { tls: sentinelTLS } : {}),
      ...(sentinelUsername ? { username: sentinelUsername } : {}),
      ...(sentinelPassword ? { password: sentinelPassword } : {}),
    });
    sentinel.on('error', () => undefined);
    try {
      await sentinel.connect();
      return await askedOf(sentinel, name);
    } catch (error) {
      failure = error;
    } finally {
      sentinel.disconnect();
    }
  }
  if (failure !== null) throw failure;
  return null;
}

async function askedOf(sentinel: Redis, name: string): Promise<SentinelState> {
  const flat = (await sentinel.call('SENTINEL', 'MASTER', name)) as string[];
  const fields = fieldsOf(flat);
  const number = (field: string): number => Number(fields.get(field) ?? 0);
  const unable = await sentinel.call('SENTINEL', 'CKQUORUM', name).then(
    () => null,
    (error: Error) => error.message,
  );
  return {
    sentinels: number('num-other-sentinels') + 1,
    quorum: number('quorum'),
    replicas: number('num-slaves'),
    downAfterMs: number('down-after-milliseconds'),
    unable,
  };
}
