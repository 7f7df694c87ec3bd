import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { PATIENCE_MS } from './test/support/eventually.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    globalSetup: 'test/support/global-setup.ts',
    setupFiles: 'test/support/setup-scripts.ts',
    pool: 'forks',
    // No module of `src` keeps state, so test files share the modules of their process: each costs half of what it would alone.
    isolate: false,
    // Most tests wait for Redis or for a process most of the time.
    maxWorkers: availableParallelism() + 2,
    // What a test waits for is given up before the test is, and says what it was.
    testTimeout: 5 * PATIENCE_MS,
    hookTimeout: 5 * PATIENCE_MS,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
