import { Cluster, type ClusterOptions, type Command, Redis, type RedisOptions } from 'ioredis';
import { type ClusterPlace, placesIn, type SentinelPlace } from './places.ts';

/** How long a client of a cluster waits for the list of slots from one node before it asks the next one. */
const SLOTS_BOUND_MS = 2_000;

/** Between two attempts of a command while its slot has no node. */
const AGAIN_MS = 100;

/** A node that takes a command and says nothing for so long is taken for lost. Commands that wait have a longer one of their own. */
export const SILENT_NODE_MS = 5_000;

/** What the client says of a command whose connection has gone. */
const CLOSED = 'Connection is closed.';

export type ClientOptions = RedisOptions & {
  /** How often a command is sent again while a cluster is not ready for it; without a bound it waits. */
  attempts?: number;
};

/** A client of whatever a URL names. One of a cluster has all commands of another one, which is all that is said of it here. */
export function clientOf(url: string, { attempts, ...options }: ClientOptions): Redis {
  const place = placesIn(url);
  if (place === null) return new Redis(url, options);
  if (place.kind === 'sentinel') return new Redis(sentinelOptions(place, options));
  return clusterClient(place, options, attempts) as unknown as Redis;
}

function accessOf({ access, tls }: ClusterPlace | SentinelPlace, options: RedisOptions): RedisOptions {
  return {
    ...options,
    socketTimeout: options.socketTimeout ?? SILENT_NODE_MS,
    ...(access.username === null ? {} : { username: access.username }),
    ...(access.password === null ? {} : { password: access.password }),
    ...(tls ? { tls: options.tls ?? {} } : {}),
  };
}

function sentinelOptions(place: SentinelPlace, options: RedisOptions): RedisOptions {
  const { nodes, name, db, sentinelAccess } = place;
  const own = accessOf(place, options);
  return {
    ...own,
    sentinels: nodes.map((node) => ({ ...node })),
    name,
    db,
    ...(own.tls ? { enableTLSForSentinelMode: true, sentinelTLS: own.tls } : {}),
    ...(sentinelAccess.username === null ? {} : { sentinelUsername: sentinelAccess.username }),
    ...(sentinelAccess.password === null ? {} : { sentinelPassword: sentinelAccess.password }),
    // It asks them again as often as it connects again.
    ...(options.retryStrategy ? { sentinelRetryStrategy: options.retryStrategy } : {}),
  };
}

function clusterClient(place: ClusterPlace, options: RedisOptions, attempts = Number.POSITIVE_INFINITY): Cluster {
  const { lazyConnect = false, enableReadyCheck = true, retryStrategy, ...others } = accessOf(place, options);
  const settings: ClusterOptions = {
    lazyConnect,
    enableReadyCheck,
    clusterRetryStrategy: retryStrategy ?? null,
    maxRedirections: attempts,
    retryDelayOnFailover: AGAIN_MS,
    retryDelayOnClusterDown: AGAIN_MS,
    retryDelayOnTryAgain: AGAIN_MS,
    slotsRefreshTimeout: SLOTS_BOUND_MS,
    // Certificates are for names, and a name that is resolved once would keep to a node that has gone.
    dnsLookup: (address, callback) => callback(null, address),
    // Connections of their own (pinned.ts) take the strategy from here; those of the cluster have none.
    redisOptions: { ...others, enableReadyCheck, ...(retryStrategy ? { retryStrategy } : {}) } as NonNullable<
      ClusterOptions['redisOptions']
    >,
  };
  const cluster = withoutOrphans(new Cluster([...place.nodes], settings));
  return attempts === Number.POSITIVE_INFINITY ? insistent(cluster) : cluster;
}

/** One more client of the same cluster, which waits as that one does. */
export function anotherOf(cluster: Cluster, connectionName: string): Redis {
  const another = withoutOrphans(
    cluster.duplicate([], { redisOptions: { ...cluster.options.redisOptions, connectionName } }),
  );
  const waits = another.options.maxRedirections === Number.POSITIVE_INFINITY;
  return (waits ? insistent(another) : another) as unknown as Redis;
}

/**
 * Has a client of a cluster survive the loss of a node that it asks for a key which is on its way there: nobody awaits the ASKING that it
 * sends before the command (ioredis 6.0), so its failure would end the process. The command itself is sent again.
 */
export function withoutOrphans(cluster: Cluster): Cluster {
  // Once for each client, however many engines it is handed to.
  if (cluster.listeners('+node').includes(guardAsking)) return cluster;
  cluster.nodes().forEach(guardAsking);
  cluster.on('+node', guardAsking);
  return cluster;
}

function guardAsking(node: Redis): void {
  const ask = node.asking.bind(node) as () => Promise<'OK'>;
  node.asking = (async () => await ask().catch(() => 'OK')) as Redis['asking'];
}

/** Errors for which the client waits by itself. */
const WAITED_FOR = /^(TRYAGAIN|CLUSTERDOWN) |^Connection is closed\.$/;

/**
 * Has commands wait while all nodes are gone, as they do for a single server. Those of a pipeline belong together, and fail. It tells by the
 * event `waiting` what is waited for.
 */
function insistent(cluster: Cluster): Cluster {
  const send = cluster.sendCommand.bind(cluster);
  const disconnect = cluster.disconnect.bind(cluster);
  const seen = new WeakSet<Command>();
  let ended = false;
  const handle = cluster.handleError.bind(cluster);
  cluster.handleError = (error, ...rest) => {
    if (!ended && WAITED_FOR.test(error.message)) cluster.emit('waiting', error);
    handle(error, ...rest);
  };
  cluster.disconnect = (reconnect = false) => {
    if (!reconnect) ended = true;
    disconnect(reconnect);
  };
  cluster.sendCommand = (command, stream, node) => {
    if (node !== undefined || seen.has(command)) return send(command, stream, node);
    seen.add(command);
    const { reject } = command;
    command.reject = (error) => {
      if (ended || error.message !== CLOSED || cluster.status === 'end') return reject(error);
      setTimeout(() => cluster.sendCommand(command), AGAIN_MS);
    };
    return send(command, stream, node);
  };
  return cluster;
}
