import { describe, expect, test } from 'vitest';
import type { Grade } from '../../src/doctor/check.ts';
import type { Facts } from '../../src/doctor/examine.ts';
import { findingsOf } from '../../src/doctor/findings.ts';
import { WrongFormat } from '../../src/errors.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { DEFAULT_QUOTAS, fullOf } from '../../src/inspect/quota.ts';
import type { Status } from '../../src/inspect/status.ts';
import { type ServerVersion, versionOf } from '../../src/redis/info.ts';
import { keysOf } from '../../src/redis/keys.ts';
import type { QueueState } from '../../src/relay/queue-states.ts';

function server(text: string, product: ServerVersion['product'] = 'redis'): ServerVersion {
  const version = versionOf(new Map([[`${product}_version`, text]]));
  if (version === null) throw new Error(`${text} is no version`);
  return version;
}

const status: Status = {
  now: 1_000_000,
  position: '5-0',
  entries: 5,
  behind: 0,
  waitingMs: 0,
  lagMs: 0,
  generation: 1,
  automations: 1,
  workers: [{ id: 'w', host: 'h', pid: 1, generation: 1, seenMsAgo: 1, paused: [] }],
  due: { windows: 0, next: null },
  firings: 0,
  unrelayed: 0,
  parked: 0,
  dead: 0,
  sources: [],
  counters: {},
  whereErrors: {},
  lost: 0,
  damage: [],
  keptBy: null,
  unusable: null,
  clockBehindMs: 0,
  memory: { used: 1, limit: 100, ratio: 0.01, policy: 'noeviction' },
};

const INFO = {
  role: 'master',
  cluster_enabled: '0',
  aof_enabled: '1',
  maxmemory: '100',
  used_memory: '1',
  used_memory_human: '1B',
  maxmemory_policy: 'noeviction',
};

const CONFIG = { appendonly: 'yes', appendfsync: 'everysec', save: '' };

/** Facts of an engine with which all is well; `info` and `config` are laid over those of it. */
type Changes = Partial<Omit<Facts, 'info' | 'config'>> & {
  info?: Record<string, string>;
  config?: Record<string, string> | string;
};

function facts({ info, config = {}, ...rest }: Changes = {}): Facts {
  return {
    settings: { namespace: 'wf', durability: 'memory', minReplicas: 1 },
    info: new Map(Object.entries({ ...INFO, ...info })),
    version: server('8.2.2'),
    config:
      typeof config === 'string' ? { refused: config } : { value: new Map(Object.entries({ ...CONFIG, ...config })) },
    undurable: { value: null },
    clock: { aheadMs: 3, giveMs: 1 },
    protected: true,
    rights: { missing: [], untried: null },
    scripts: { value: 13 },
    cluster: { value: null },
    sentinels: { value: null },
    slot: null,
    format: { value: null },
    logs: [keysOf('wf').events],
    layout: null,
    wrong: { value: [] },
    status: { value: status },
    quota: { value: { limits: DEFAULT_QUOTAS, windows: 0, automations: [], full: [], refused: 0 } },
    queues: { value: { queues: [], types: [], failedDeliveries: 0 } },
    automations: { value: [] },
    ...rest,
  };
}

const engine = (changes: Partial<Status>): Changes => ({ status: { value: { ...status, ...changes } } });
const damaged = (key: string, sentence: string, lost = true): Changes =>
  engine({ damage: [{ key, atMs: 1, lost, sentence }] });
const mode = (durability: Facts['settings']['durability'], minReplicas = 1): Changes => ({
  settings: { namespace: 'wf', durability, minReplicas },
});
const used = (windows: number, most = 0, refused = 0): Changes => {
  const use = { limits: DEFAULT_QUOTAS, windows, automations: [{ id: 'A', windows: most }] };
  return { quota: { value: { ...use, full: fullOf(use), refused } } };
};
const queue = (jobs: Partial<QueueState['depth']>, rest: Partial<QueueState> = {}): Changes => {
  const depth = { waiting: 0, prioritized: 0, delayed: 0, active: 0, completed: 0, failed: 0, ...jobs };
  return {
    queues: {
      value: {
        queues: [{ name: 'mail', depth, named: true, attended: true, ...rest }],
        types: [],
        failedDeliveries: 0,
      },
    },
  };
};
const finding = (grade: Finding['grade']): Finding => ({
  grade,
  place: 'trigger.expect[0]',
  reason: 'wrong',
  advice: 'write "x"',
});
const reviewed = (...findings: Finding[]): Changes => ({
  automations: { value: [{ id: 'A', name: 'one', findings }] },
});
const ONLINE = 'ip=h,port=1,state=online,offset=5,lag=0';

type Row = [name: string, grade: Grade, found: RegExp, changes: Changes];

const server_rows: Row[] = [
  ['protection', 'bad', /lets everybody in/, { protected: false }],
  ['version', 'bad', /^Redis 6\.2\.14$/, { version: server('6.2.14') }],
  ['version', 'ok', /^Valkey 8\.1\.4$/, { version: server('8.1.4', 'valkey') }],
  ['version', 'warning', /does not say/, { version: null }],
  ['known faults', 'ok', /^none/, {}],
  ['known faults', 'bad', /XAUTOCLAIM.*CVE-2022-31144/, { version: server('7.0.3') }],
  ['known faults', 'warning', /^a user who may run scripts.*CVE-2025-49844\)$/, { version: server('7.0.15') }],
  ['known faults', 'bad', /^WAITAOF can answer before/, { version: server('8.1.4', 'valkey'), ...mode('fsync') }],
  ['known faults', 'ok', /^none/, { version: server('8.1.4', 'valkey') }],
  ['role', 'bad', /replica of p/, { info: { role: 'slave', master_host: 'p', master_port: '1' } }],
  ['cluster', 'bad', /^keys of \{wf\} cannot be used here: MOVED 1 h:2$/, { slot: 'MOVED 1 h:2' }],
  ['cluster', 'warning', /^a node of a cluster/, { info: { cluster_enabled: '1' } }],
  ['rights', 'bad', /it may not: XINFO GROUPS, SET$/, { rights: { missing: ['xinfo|groups', 'set'], untried: null } }],
  ['rights', 'warning', /cannot be tried.*no answer$/, { rights: { missing: [], untried: 'no answer' } }],
  ['scripts', 'bad', /takes no scripts: ERR x/, { scripts: { refused: 'ERR x' } }],
  ['scripts', 'warning', /cannot be seen: NOPERM x/, { scripts: { refused: 'NOPERM x' } }],
  ['clock', 'ok', /1001 ms ahead of this machine, to within 2 ms/, { clock: { aheadMs: 1_001, giveMs: 2 } }],
  ['clock', 'warning', /1100 ms behind/, { clock: { aheadMs: -1_100, giveMs: 2 } }],
  ['clock', 'bad', /61000 ms ahead/, { clock: { aheadMs: 61_000, giveMs: 2 } }],
  [
    'eviction',
    'bad',
    /throws state away: maxmemory-policy is allkeys-lru/,
    { info: { maxmemory_policy: 'allkeys-lru' } },
  ],
  ['eviction', 'warning', /without effect/, { info: { maxmemory_policy: 'allkeys-lru', maxmemory: '0' } }],
  ['memory', 'warning', /no limit/, { info: { maxmemory: '0' } }],
  ['memory', 'warning', /^95 %/, engine({ memory: { ...status.memory, ratio: 0.95 } })],
  ['memory', 'bad', /^100 %/, engine({ memory: { ...status.memory, ratio: 1 } })],
];

const keeping_rows: Row[] = [
  ['persistence', 'ok', /^append-only file, appendfsync everysec$/, {}],
  ['persistence', 'warning', /appendfsync no/, { config: { appendfsync: 'no' } }],
  ['persistence', 'warning', /^appendfsync cannot be seen: NOPERM/, { config: 'NOPERM' }],
  ['persistence', 'bad', /^nothing is kept/, { info: { aof_enabled: '0' } }],
  ['persistence', 'bad', /after the last snapshot/, { info: { aof_enabled: '0' }, config: { save: '3600 1' } }],
  ['persistence', 'warning', /cannot be seen$/, { info: { aof_enabled: '0' }, config: 'NOPERM' }],
  ['persistence', 'bad', /could not be written$/, { info: { aof_last_write_status: 'err' } }],
  ['persistence', 'bad', /^the snapshot/, { info: { rdb_last_bgsave_status: 'err' } }],
  ['durability', 'ok', /^the mode fsync can be had$/, mode('fsync')],
  ['durability', 'bad', /^set appendfsync to always$/, { undurable: { value: 'set appendfsync to always' } }],
  ['durability', 'warning', /cannot be seen: LOADING/, { undurable: { refused: 'LOADING' } }],
  ['replicas', 'ok', /^0 replicas online, none needed/, {}],
  ['replicas', 'bad', /^0 replicas online, the mode replicated wants 1/, mode('replicated')],
  ['replicas', 'bad', /^1 replica online.*wants 2/, { ...mode('replicated', 2), info: { slave0: ONLINE } }],
  [
    'replicas',
    'bad',
    /^0 replicas/,
    { ...mode('replicated'), info: { slave0: ONLINE.replace('online', 'wait_bgsave') } },
  ],
  ['replicas', 'warning', /all of them needed/, { ...mode('replicated'), info: { slave0: ONLINE } }],
  [
    'replicas',
    'ok',
    /^2 replicas online, 1 needed$/,
    { ...mode('replicated'), info: { slave0: ONLINE, slave1: ONLINE } },
  ],
  ['replicas', 'warning', /1 silent/, { info: { slave0: ONLINE.replace('lag=0', 'lag=11') } }],
];

const engine_rows: Row[] = [
  ['workers', 'ok', /^1 worker$/, {}],
  ['workers', 'warning', /^no worker lives$/, engine({ workers: [] })],
  ['workers', 'bad', /and events wait$/, engine({ workers: [], waitingMs: 1 })],
  ['format', 'ok', /this version/, {}],
  ['format', 'bad', /written by Watchfire 0\.1\.0/, { format: { value: new WrongFormat('wf', 'older', null, '2') } }],
  ['format', 'warning', /cannot be seen: NOPERM x/, { format: { refused: 'NOPERM x' } }],
  ['workers', 'warning', /cannot be seen: NOPERM x/, { status: { refused: 'NOPERM x' } }],
  ['log', 'ok', /^5 behind, the oldest for 2\.0 s$/, engine({ behind: 5, waitingMs: 2_000 })],
  ['log', 'warning', /for 11 s$/, engine({ behind: 5, waitingMs: 11_000 })],
  ['log', 'bad', /^some behind, the oldest for 61 s$/, engine({ behind: null, waitingMs: 61_000 })],
  ['lost entries', 'bad', /^1234 entries were removed/, damaged('{wf}:events', '1234 entries were removed')],
  ['keys', 'bad', /^\{wf\}:dead: was deleted/, damaged('{wf}:dead', 'was deleted')],
  ['keys', 'warning', /^\{wf\}:due: was deleted/, damaged('{wf}:due', 'was deleted', false)],
  [
    'keys',
    'bad',
    /^\{wf\}:due is a string, not a zset/,
    { wrong: { value: [{ key: '{wf}:due', found: 'string', wanted: 'zset' }] } },
  ],
  ['keys', 'bad', /^DAMAGED \{wf\}:position holds no id/, { status: { refused: 'DAMAGED {wf}:position holds no id' } }],
  ['ids of entries', 'ok', /^all are$/, {}],
  ['ids of entries', 'ok', /^all are; 1,234 ids had to be replaced$/, engine({ counters: { straightened: 1_234 } })],
  ['ids of entries', 'bad', /^9-9 is no time of arrival/, engine({ unusable: '9-9' })],
  ['ids of entries', 'bad', /set back: it lies 7200 s behind/, engine({ clockBehindMs: 7_200_000 })],
  ['retention', 'warning', /^the group g keeps.*of 900 s ago$/, engine({ keptBy: { group: 'g', from: '100000-0' } })],
  ['dead letters', 'warning', /^1 dead letter$/, engine({ dead: 1 })],
  ['quotas', 'ok', /^7 windows of 5,000,000 at most$/, used(7)],
  ['quotas', 'ok', /; 3 times a key was not watched for want of room$/, used(7, 0, 3)],
  ['quotas', 'warning', /^4,500,000 windows .*soon/, used(4_500_000)],
  ['quotas', 'warning', /the quota is used up/, used(5_000_000)],
  ['quotas', 'warning', /^A has 900,000 windows of 1,000,000/, used(900_000, 900_000)],
  ['quotas', 'warning', /the quota is used up/, used(1_000_000, 1_000_000)],
  ['quotas', 'warning', /cannot be seen/, { quota: { refused: 'NOPERM' } }],
  ['queues', 'ok', /^1 queue, no jobs without a worker/, queue({ waiting: 1, active: 1, completed: 9 })],
  ['queues', 'bad', /^no BullMQ worker takes the jobs of mail \(1\)$/, queue({ waiting: 1 }, { attended: false })],
  ['queues', 'bad', /^jobs have failed for good in mail \(2\)$/, queue({ failed: 2 })],
  ['queues', 'warning', /^no automation names .* still in them: mail \(1\)$/, queue({ waiting: 1 }, { named: false })],
  ['queues', 'warning', /cannot be seen/, { queues: { refused: 'NOPERM' } }],
  ['automations', 'ok', /^nothing odd in 0 enabled automations$/, {}],
  [
    'automations',
    'warning',
    /^"one" \(A\), trigger\.expect\[0\]: wrong$/,
    reviewed(finding('hint'), finding('warning')),
  ],
  ['automations', 'warning', /^"one" \(A\), trigger\.expect\[0\]: perhaps: wrong$/, reviewed(finding('hint'))],
  ['automations', 'warning', /cannot be seen: NOPERM$/, { automations: { refused: 'NOPERM' } }],
];

describe('a check', () => {
  test.each([...server_rows, ...keeping_rows, ...engine_rows])(
    'of %s is %s where it finds %s',
    (name, grade, found, changes) => {
      const check = findingsOf(facts(changes)).find((one) => one.name === name);
      expect(check).toMatchObject({ grade, found: expect.stringMatching(found) });
      expect(check?.advice === '').toBe(grade === 'ok');
    },
  );

  test('of each finding is one, the warnings first, up to twenty', () => {
    const many = Array.from({ length: 25 }, (_, i) => finding(i === 24 ? 'warning' : 'hint'));
    const checks = findingsOf(facts(reviewed(...many))).filter(({ name }) => name === 'automations');
    expect(checks.map(({ found }) => found.slice(0, 40))).toEqual([
      '"one" (A), trigger.expect[0]: wrong',
      ...Array.from({ length: 19 }, () => '"one" (A), trigger.expect[0]: perhaps: w'),
      '5 findings more',
    ]);
  });

  test('of an engine with which all is well is ok, whatever it looks at', () => {
    const checks = findingsOf(facts());
    expect(checks.filter(({ grade }) => grade !== 'ok')).toEqual([]);
    expect(new Set([...server_rows, ...keeping_rows, ...engine_rows].map(([name]) => name))).toEqual(
      new Set(checks.map(({ name }) => name)),
    );
  });
});
