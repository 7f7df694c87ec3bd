/**
 * Prints how many tests passed and failed, from vitest's JSON report: `node count.mjs REPORT STATUS`. STATUS is the exit status of the
 * run. Whatever made it fail without a failed test (no report, a file that did not load, an error at the end) is one failure.
 */
import { readFileSync } from 'node:fs';
import process from 'node:process';

const [file = '', status = '1'] = process.argv.slice(2);

function report() {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { numPassedTests: 0, testResults: [] };
  }
}

const { numPassedTests, testResults } = report();
const failedTests = testResults.flatMap(({ assertionResults }) =>
  assertionResults.filter((result) => result.status === 'failed'),
).length;
const unloaded = testResults.filter(
  (result) => result.status === 'failed' && result.assertionResults.length === 0,
).length;
const failed = failedTests + unloaded;
process.stdout.write(`${numPassedTests} ${failed === 0 && status !== '0' ? 1 : failed}\n`);
