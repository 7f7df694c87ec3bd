import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { javaProgram } from '../java.ts';
import { firingsOf, writeLoad } from '../load.ts';
import { measureOutside } from '../outside.ts';
import type { Ready, System } from '../system.ts';

/** What Flink wants to reach into, on a Java that has modules. */
const OPENED = ['java.util', 'java.lang', 'java.time'].flatMap((name) => [
  '--add-opens',
  `java.base/${name}=ALL-UNNAMED`,
]);

const COMMON = { keeps: 'the state of the last checkpoint, one a second', needs: ['Java', 'Maven'] } as const;

export const flinkHeap: System = {
  ...COMMON,
  name: 'Flink CEP, state on the heap',
  bounds: { rate: 2, processor: 0.5 },
  short: { warm: 100_000, events: 100_000 },
  whole: { warm: 200_000, events: 300_000 },
  prepare: () => prepare('hashmap'),
};

export const flinkRocks: System = {
  ...COMMON,
  name: 'Flink CEP, state in RocksDB',
  bounds: {},
  short: { warm: 5_000, events: 10_000 },
  whole: { warm: 10_000, events: 20_000 },
  prepare: () => prepare('rocksdb'),
};

/** Flink's own small cluster in one process, with a reader and a pattern operator for each core. */
async function prepare(backend: 'hashmap' | 'rocksdb'): Promise<Ready> {
  const { parameters, version } = await javaProgram('flink', 'FlinkCep');
  return {
    version,
    run: async (load, folder) => {
      const [events, state] = [path.join(folder, 'events'), path.join(folder, 'state')];
      await Promise.all([mkdir(events), mkdir(state)]);
      const readers = availableParallelism();
      await writeLoad(events, load, readers);
      const { warm, events: measured } = load.size;
      const firings = [firingsOf(warm), firingsOf(warm + measured)];
      const given = [events, state, backend, readers, ...firings].map(String);
      return await measureOutside({ program: 'java', parameters: [...OPENED, ...parameters, ...given] }, load.size);
    },
  };
}
