import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { PATIENCE_MS } from './test/support/eventually.ts';

/** Files that take long begin first: otherwise one is left at the end and runs alone. */
const LONG = /\/test\/(?:rigs|traces)\/|\/crash-loop\./;

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification): boolean => LONG.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'test/support/global-setup.ts',
    setupFiles: 'test/support/setup-scripts.ts',
    pool: 'forks',
    sequence: { sequencer: LongestFirst },
    // Most tests wait for Redis or for a process most of the time.
    maxWorkers: availableParallelism() + 1,
    // What a test waits for is given up before the test is, and says what it was.
    testTimeout: 5 * PATIENCE_MS,
    hookTimeout: 5 * PATIENCE_MS,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
