import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { configurationSchema } from '../../src/cli/setting-list.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { isRecord } from '../../src/model/record.ts';
import { parseMap, parseSources } from '../../src/model/source.ts';
import { parseTestFile } from '../../src/model/test-file.ts';
import { readTargets } from '../../src/reactions/targets-file.ts';
import { automationIn, documentsOf, FOREIGN, foreignIn, samples } from './samples.ts';

/* Every block of YAML that a page shows is what the program reads. */

/** @throws what is wrong with it */
function read(document: unknown, yaml: string): void {
  if (!isRecord(document)) throw new Error('it is no document');
  if ('redis' in document) configurationSchema.partial().parse(document);
  else if ('targets' in document) readTargetsText(yaml);
  else if ('tests' in document) parseTestFile(document);
  else if ('sources' in document) parseSources(document);
  else if ('resource' in document) parseMap(document, 'map');
  else parseAutomation(automationIn(document));
}

function readTargetsText(yaml: string): void {
  const folder = mkdtempSync(path.join(tmpdir(), 'watchfire-sample-'));
  try {
    const file = path.join(folder, 'targets.yaml');
    writeFileSync(file, yaml);
    const named = [...yaml.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => [
      name,
      'https://example.com/0123456789abcdef0123'.padEnd(40, '0'),
    ]);
    readTargets(file, Object.fromEntries(named));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test.each(samples)('the YAML at $place is read, or stands on the list of what others read', (sample) => {
  for (const document of documentsOf(sample)) if (foreignIn(document) === undefined) read(document, sample.yaml);
});

test('what stands on that list is on a page, and the list is short', () => {
  const met = samples.flatMap(documentsOf).map(foreignIn);
  expect(Object.keys(FOREIGN).filter((key) => !met.includes(key))).toEqual([]);
  expect(Object.keys(FOREIGN).length).toBeLessThanOrEqual(15);
  expect(samples.length).toBeGreaterThan(70);
});
