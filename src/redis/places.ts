/** One program of Redis: a node of a cluster, or a sentinel. */
export type Endpoint = Readonly<{ host: string; port: number }>;

/** A name and a password; null for none. */
export type Credentials = Readonly<{ username: string | null; password: string | null }>;

/** A Redis Cluster, of which these nodes are known to begin with. */
export type ClusterPlace = Readonly<{ kind: 'cluster'; nodes: readonly Endpoint[]; access: Credentials; tls: boolean }>;

/** The primary that these sentinels call by `name`. `sentinelAccess`: what they ask for themselves. */
export type SentinelPlace = Readonly<{
  kind: 'sentinel';
  nodes: readonly Endpoint[];
  name: string;
  db: number;
  access: Credentials;
  sentinelAccess: Credentials;
  tls: boolean;
}>;

/** `redis-cluster://user:password@h1:p1,h2:p2`, `redis-sentinel://…/name/database?…`, both with `rediss-` for TLS. */
const FORM = /^(rediss?)-(cluster|sentinel):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(\/[^@?#]*)?(?:\?([^@?#]*))?$/;

const NODE = /^(\[[0-9a-fA-F:.]+\]|[^\s:[\]]+)(?::(\d{1,5}))?$/;

const CLUSTER_PORT = 6_379;
const SENTINEL_PORT = 26_379;

/** What the query of a URL of sentinels may hold. */
const SENTINEL_QUERY: ReadonlySet<string> = new Set(['sentinelUsername', 'sentinelPassword']);

/** Whether a URL wants to name a cluster or sentinels, right or wrong. */
export function namesPlaces(url: string): boolean {
  return /^rediss?-(cluster|sentinel):/.test(url);
}

/** What such a URL says; null for any other text. */
export function placesIn(url: string): ClusterPlace | SentinelPlace | null {
  const [, scheme, kind = '', user, hosts = '', path = '', query = ''] = FORM.exec(url) ?? [];
  if (scheme === undefined) return null;
  const nodes = nodesIn(hosts, kind === 'cluster' ? CLUSTER_PORT : SENTINEL_PORT);
  const access = credentialsIn(user ?? '');
  if (nodes === null || access === null) return null;
  const tls = scheme === 'rediss';
  // A cluster has the one database.
  if (kind === 'cluster') return /^\/?0?$/.test(path) && query === '' ? { kind, nodes, access, tls } : null;
  const [, name = '', db = '0'] = /^\/([^/]+)(?:\/(\d{0,9}))?$/.exec(path) ?? [];
  const known = new URLSearchParams(query);
  if (name === '' || !isDecodable(name) || [...known.keys()].some((key) => !SENTINEL_QUERY.has(key))) return null;
  const sentinelAccess = { username: known.get('sentinelUsername'), password: known.get('sentinelPassword') };
  return { kind: 'sentinel', nodes, name: decodeURIComponent(name), db: Number(db), access, sentinelAccess, tls };
}

/** The URL of a cluster or of sentinels without its passwords. */
export function publicPlaces(url: string): string {
  return url.replace(/\?.*$/s, '').replace(/:\/\/([^@:]*):[^@]*@/s, '://$1:***@');
}

function nodesIn(hosts: string, usual: number): Endpoint[] | null {
  const nodes = hosts.split(',').flatMap((text) => {
    const [, host, port = String(usual)] = NODE.exec(text) ?? [];
    return host === undefined || Number(port) > 65_535 ? [] : [{ host: bare(host), port: Number(port) }];
  });
  return nodes.length === hosts.split(',').length ? nodes : null;
}

function bare(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

function credentialsIn(user: string): Credentials | null {
  if (!isDecodable(user)) return null;
  const [, username = '', password = ''] = /^([^:]*):?(.*)$/s.exec(user) ?? [];
  const orNull = (text: string): string | null => (text === '' ? null : decodeURIComponent(text));
  return { username: orNull(username), password: orNull(password) };
}

/** Whether each % begins an escaped byte of UTF-8. */
function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
