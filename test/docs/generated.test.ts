import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { documents } from '../../scripts/documents.ts';
import { reference } from '../../scripts/reference.ts';

const root = path.join(import.meta.dirname, '..', '..');

test.each(Object.entries(documents()))('src/documents/%s is what scripts/documents.ts writes', (name, text) => {
  expect(readFileSync(path.join(root, 'src', 'documents', name), 'utf8')).toBe(text);
});

test('docs/reference.md is what scripts/reference.ts writes', () => {
  const page = readFileSync(path.join(root, 'docs', 'reference.md'), 'utf8');
  expect(page).toBe(reference());
  for (const name of [
    'ManualClock',
    'simulate',
    'WorkerHooks',
    'Unanswered',
    'removeOnComplete',
    'chunkSize',
    'startWorker',
  ]) {
    expect(page).toContain(name);
  }
});
