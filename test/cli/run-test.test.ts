import { Readable } from 'node:stream';
import { expect, inject, onTestFinished, test } from 'vitest';
import { fileLines } from '../../src/cli/testing/report.ts';
import { runTest } from '../../src/cli/testing/run-test.ts';
import { testsIn } from '../../src/cli/testing/test-file.ts';
import { PROGRAM_ADVICE } from '../../src/redis/open.ts';
import { Scratch } from '../../src/simulation/scratch.ts';

const TESTS = `
automations: []
tests:
  - name: endless
    steps:
      - put: { id: beat, name: Beat, trigger: { posture: Proactive, expect: [beat], within: 1s } }
      - { at: 1d, allow_other: true }
`;

test('a test with more deadlines on its way than the engine may meet fails, and says so', async () => {
  const { signal } = new AbortController();
  const scratch = await Scratch.open({ url: inject('adminUrl'), advice: PROGRAM_ADVICE }, signal);
  onTestFinished(() => scratch.close());
  const file = await testsIn({ file: 'beat.test.yaml', text: TESTS }, { stdin: Readable.from([]) });
  const reports = await Promise.all(file.tests.map((one) => runTest(scratch, 'beat', one, signal, 20)));
  expect(fileLines({ file, tests: reports }).map((line) => line.trim())).toContain(
    'it could not go on: at: has too many deadlines on the way (found 86400)',
  );
});
