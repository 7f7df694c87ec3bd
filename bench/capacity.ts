/** Processor time of Redis, in µs: of one event on its way, in each log that it comes to. */
export type PathCosts = Readonly<{
  /** A producer appends an event. */
  append: number;
  /** A feeder reads an entry of a log. */
  read: number;
  /** A target is fed one. */
  feed: number;
  /** A partition applies one that was fed, or that came straight; every fifth fires. */
  applyFed: number;
  applyStraight: number;
  /** The global partition applies one. */
  applyGlobal: number;
}>;

/** What of a core is planned for: the rest is for the time after an outage, and for jobs, replicas and whatever else. */
export const PLANNED = 0.7;

/** What is known beside the costs. `partitions`: many more than nodes; `readers`: workers, of which each reads the whole front log. */
export type Plan = Readonly<{
  nodes: number;
  partitions: number;
  readers: number;
  jobUs: number;
  windowBytes: number;
  nodeBytes: number;
}>;

/** What a cluster carries, each bounded by one core of a node. Events and firings a second. */
export type Capacity = Readonly<{
  nodes: number;
  /** Sent straight to their partitions. */
  straight: number;
  /** Through the front log, which is on one node. */
  front: number;
  /** Events that the global partition wants. */
  global: number;
  windows: number;
  /** Firings whose jobs are added, all in one slot. */
  firings: number;
}>;

/** The line of capacity for one number of nodes. The node with most partitions is the first that is full. */
export function capacityOf(costs: PathCosts, plan: Plan): Capacity {
  const { nodes, partitions, readers, jobUs, windowBytes, nodeBytes } = plan;
  const core = PLANNED * 1e6;
  const even = partitions / Math.ceil(partitions / nodes);
  const routed = even * (core / (costs.feed + costs.applyFed));
  return {
    nodes,
    straight: even * (core / (costs.append + costs.applyStraight)),
    front: Math.min(routed, core / (costs.append + readers * costs.read)),
    global: core / (costs.feed + costs.applyGlobal),
    windows: (even * nodeBytes) / windowBytes,
    firings: core / jobUs,
  };
}

const rounded = (figure: number): string => Number(figure.toPrecision(2)).toLocaleString('en-US');

/** The table of docs/scaling.md. */
export function capacityTable(
  costs: PathCosts,
  nodes: readonly number[],
  rest: Omit<Plan, 'nodes' | 'readers'>,
): string {
  const rows = nodes.map((count) => {
    const found = capacityOf(costs, { ...rest, nodes: count, readers: readersFor(count) });
    const { straight, front, global, windows, firings } = found;
    return [count, straight, front, global, windows, firings].map((one, i) => (i === 0 ? String(one) : rounded(one)));
  });
  const head = [
    'nodes',
    'straight, events/s',
    'through the front log, events/s',
    'of them global, events/s',
    'windows',
    'firings with jobs/s',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** Workers that so many nodes keep busy: one for each, and two at least. */
export function readersFor(nodes: number): number {
  return Math.max(2, nodes);
}
