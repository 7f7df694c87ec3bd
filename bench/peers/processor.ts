import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** /proc counts processor time in hundredths of a second, whatever the kernel's own clock. */
const TICK_MS = 10;

export type Spent = Readonly<{ pid: number; parent: number; ms: number }>;

/** Whether this system tells what its processes have spent. */
export function tellsProcessorTime(): boolean {
  return existsSync('/proc/self/stat');
}

/** One process from `/proc/<pid>/stat`: user and system time, that of its ended children included. */
export function spentOf(stat: string): Spent {
  // The name stands in brackets and may hold anything, brackets and spaces too.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
  return { pid: Number.parseInt(stat, 10), parent: Number(fields[1]), ms: ticks * TICK_MS };
}

/** Processor time of some processes and of all that descend from them, in ms. */
export function sumOf(all: readonly Spent[], roots: readonly number[]): number {
  const counted = new Set(roots);
  for (let size = -1; size !== counted.size; ) {
    size = counted.size;
    for (const { pid, parent } of all) if (counted.has(parent)) counted.add(pid);
  }
  return all.reduce((sum, { pid, ms }) => (counted.has(pid) ? sum + ms : sum), 0);
}

/** The same as of now. */
export function processorMs(roots: readonly number[]): number {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return sumOf(pids.flatMap(readSpent), roots);
}

function readSpent(pid: string): Spent[] {
  try {
    return [spentOf(readFileSync(`/proc/${pid}/stat`, 'latin1'))];
  } catch {
    return []; // It has ended meanwhile.
  }
}
