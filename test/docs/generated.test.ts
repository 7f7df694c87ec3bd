import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { documents } from '../../scripts/documents.ts';

const root = path.join(import.meta.dirname, '..', '..');

test.each(Object.entries(documents()))('src/documents/%s is what scripts/documents.ts writes', (name, text) => {
  expect(readFileSync(path.join(root, 'src', 'documents', name), 'utf8')).toBe(text);
});
