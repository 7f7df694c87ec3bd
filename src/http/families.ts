/** A metric: how it is called in Prometheus, and what it says. Names and labels are a promise: what is renamed is kept under its former name for a version. */
export type Family = Readonly<{
  name: string;
  type: 'counter' | 'gauge' | 'histogram';
  labels: readonly string[];
  help: string;
}>;

const counter = (name: string, labels: readonly string[], help: string): Family => ({
  name: `watchfire_${name}_total`,
  type: 'counter',
  labels,
  help,
});
const histogram = (name: string, labels: readonly string[], help: string): Family => ({
  name: `watchfire_${name}`,
  type: 'histogram',
  labels,
  help,
});
const gauge = (name: string, labels: readonly string[], help: string): Family => ({
  name: `watchfire_${name}`,
  type: 'gauge',
  labels,
  help,
});

/** What this process did since it started: sums over all processes are what the engine did. */
export const OF_PROCESS = {
  info: gauge('info', ['version', 'namespace'], 'Always 1: which version runs, and on which namespace'),
  ready: gauge('ready', [], '1 while this process takes part, as /readyz says'),
  redisUp: gauge(
    'redis_up',
    [],
    '1 while Redis answers this process; without it the metrics of the namespace are left out',
  ),
  events: counter('events', ['outcome'], 'Entries of the log that this process applied, by what became of them'),
  decisions: counter('decisions', ['automation', 'decision'], 'What triggers made of events that this process applied'),
  firings: counter('firings', ['automation', 'state'], 'Firings whose jobs are in their queues, or are kept for later'),
  jobs: counter('jobs', ['queue'], 'Jobs that this process brought to their queues'),
  deliveries: counter('deliveries', ['type', 'outcome'], 'Tries of actions that this process carried out'),
  httpIn: counter(
    'http_events',
    ['source', 'outcome'],
    'Events that were sent to this process by HTTP, by what became of them; refused: whole requests',
  ),
  deadLetters: counter('dead_letters', ['source'], 'Entries and firings that this process gave up'),
  applyDelay: histogram('apply_delay_seconds', [], 'From the arrival of an entry in the log until it is applied'),
  decisionDelay: histogram('decision_delay_seconds', [], 'From the deadline of an absence until it is decided'),
  jobDelay: histogram('job_delay_seconds', [], 'From the decision of a firing until its jobs are in their queues'),
  calls: histogram(
    'call_duration_seconds',
    ['step'],
    'Script calls as the worker sees them, with the way and the wait',
  ),
  batch: histogram('batch_entries', [], 'Entries that one call applied'),
  cpu: { name: 'process_cpu_seconds_total', type: 'counter', labels: [], help: 'Processor time of this process' },
  memory: { name: 'process_resident_memory_bytes', type: 'gauge', labels: [], help: 'Memory of this process' },
} as const satisfies Readonly<Record<string, Family>>;

/** What Redis knows of the namespace: the same from every process, up to 5 s old. Queries take the max. */
export const OF_NAMESPACE = {
  backlog: gauge('backlog_entries', [], 'Entries of the log that are not applied'),
  waiting: gauge('oldest_waiting_seconds', [], 'How long the oldest of them waits; of partitions that of the slowest'),
  lag: gauge('lag_seconds', [], 'How much later than they happened the newest events arrived; absences wait as long'),
  unrelayed: gauge('unrelayed_firings', [], 'Firings whose jobs are not in their queues'),
  parked: gauge('parked_events', [], 'Events that wait for the one they follow'),
  dead: gauge('kept_dead_letters', [], 'Dead letters that are kept'),
  lost: gauge('lost_entries', [], 'Entries that others removed before they were applied, since ever'),
  damaged: gauge(
    'damaged_keys',
    [],
    'Keys that others damaged so that something is lost, within a day or until somebody acknowledged it',
  ),
  windows: gauge('open_windows', ['automation'], 'Keys that hold state: the ten automations with most by name'),
  windowsLimit: gauge(
    'open_windows_limit',
    ['scope'],
    'The most keys that may hold state, of one automation and of all',
  ),
  refused: gauge('refused_windows', [], 'Keys that a quota kept from being watched, since ever'),
  conditionErrors: gauge(
    'condition_errors',
    ['automation'],
    'Events about which a condition could not be answered, since ever',
  ),
  alerts: gauge('open_alerts', ['automation'], 'Open alerts; left out where more than 20,000 keys hold state'),
  closedBudgets: gauge('closed_budgets', [], 'Automations whose budget is used up'),
  automations: gauge('automations', [], 'Automations, those that are disabled among them'),
  generation: gauge('generation', [], 'Number of the definitions'),
  workers: gauge('workers', [], 'Workers that give signs of life'),
  workerGeneration: gauge('worker_generation', ['worker'], 'Number of the definitions that a worker follows'),
  queueJobs: gauge('queue_jobs', ['queue', 'state'], 'Jobs in the queues that automations name'),
  queueAttended: gauge(
    'queue_attended',
    ['queue'],
    '1 where a BullMQ worker takes the jobs of a queue that holds some, else 0',
  ),
  queuePaused: gauge('queue_paused', ['queue'], 'Workers that give a queue no jobs, since it is full or fails'),
  failedDeliveries: gauge(
    'failed_deliveries',
    [],
    'Deliveries that failed for good and that nobody retried or dropped',
  ),
  sourceBehind: gauge(
    'source_behind_entries',
    ['source'],
    'Entries of a source that are not brought in, as far as its Redis can tell',
  ),
  sourceWaiting: gauge('source_waiting_seconds', ['source'], 'How long the oldest of them waits'),
  sourceRead: gauge(
    'source_read',
    ['source'],
    '1 while the source is read, 0 where it is paused, fails or nobody reads it; left out where a program of yours reads it',
  ),
  sourceEntries: gauge(
    'source_entries',
    ['source', 'outcome'],
    'Entries of a source since ever, by what became of them: event, dead_letter, lost',
  ),
  partitionsBehind: gauge('partitions_behind', [], 'Partitions that have not taken over the newest definitions'),
  memoryRatio: gauge('redis_memory_ratio', [], 'Part of maxmemory that is used; 0 without a limit'),
  clockBehind: gauge('clock_behind_seconds', [], "How far Redis' clock lies behind what was applied"),
} as const satisfies Readonly<Record<string, Family>>;

/** All of them in the order of the page. */
export const FAMILIES: readonly Family[] = [...Object.values(OF_PROCESS), ...Object.values(OF_NAMESPACE)];
