import { concerns, EARLY_ANSWERS, type ReleaseLine, type ServerVersion } from '../redis/info.ts';

/** The first version that has what the scripts need: `#!lua` with flags, and the counters of streams. */
export const OLDEST_VERSION = '7.0.0';

/**
 * A fault of some releases. `why`: what it means here. `source`: the change that mended it, as it is called there. `fsync`: it only
 * concerns the durability mode of that name.
 */
export type Fault = Readonly<{
  grade: 'warning' | 'bad';
  lines: readonly ReleaseLine[];
  why: string;
  source: string;
  fsync?: true;
}>;

/** Faults of streams, scripts and WAITAOF that lose data or open the server to others, the worst first. All of them end with an update. */
export const FAULTS: readonly Fault[] = [
  {
    grade: 'bad',
    lines: [['redis', '7.0.0', '7.0.5']],
    why: 'XAUTOCLAIM, by which jobs of dead workers are taken over, can crash the server or write beyond its memory',
    source: 'CVE-2022-31144, CVE-2022-35951, redis#10968',
  },
  {
    grade: 'bad',
    lines: [['redis', '7.0.0', '7.0.3']],
    why: 'a script that has begun to write can be cut off when replicas go, which leaves half an event applied',
    source: 'redis#10855',
  },
  {
    grade: 'bad',
    lines: [['redis', null, '7.0.12']],
    why: 'JSON read in a script can write beyond the memory of the server, and events from outside are read there',
    source: 'CVE-2022-24834',
  },
  {
    grade: 'bad',
    lines: EARLY_ANSWERS,
    why: 'WAITAOF can answer before the data is on the disk, unless appendfsync is always',
    source: 'redis#13793',
    fsync: true,
  },
  {
    grade: 'warning',
    lines: [['redis', '7.2.0', '7.2.2']],
    why: 'WAITAOF can wait for nothing while nobody else writes',
    source: 'redis#12620',
    fsync: true,
  },
  {
    grade: 'warning',
    lines: [['redis', '7.2.0', '7.2.5']],
    why: 'numbers in scripts can reach commands in a form such as 1e9, which these refuse',
    source: 'redis#13115',
  },
  {
    grade: 'warning',
    lines: [
      ['redis', null, '7.2.11'],
      ['redis', '7.4.0', '7.4.6'],
      ['redis', '8.0.0', '8.0.4'],
      ['redis', '8.2.0', '8.2.2'],
      ['valkey', null, '7.2.11'],
      ['valkey', '8.0.0', '8.0.6'],
      ['valkey', '8.1.0', '8.1.4'],
    ],
    why: 'a user who may run scripts may take over the server, unless its packager has mended it under the same version',
    source: 'CVE-2025-49844',
  },
];

/** Those of a server that matter for a durability mode. */
export function faultsOf(version: ServerVersion, fsync: boolean): Fault[] {
  return FAULTS.filter((fault) => (fsync || !fault.fsync) && concerns(fault.lines, version));
}
