import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, inject, test } from 'vitest';
import { documentsIn } from '../../src/cli/documents.ts';
import { schemas } from '../../src/model/json-schema.ts';
import { root } from '../house/tree.ts';
import { run } from './run.ts';

describe('examples/tests', () => {
  const folder = path.join(root, 'examples/tests');
  const files = readdirSync(folder);

  test('pass, each file of them', async () => {
    const { status, out, err } = await run([
      'test',
      ...files.map((file) => path.join(folder, file)),
      '--scratch',
      inject('adminUrl'),
    ]);
    expect(err).toEqual([]);
    expect(out.slice(0, -1)).toEqual(files.map((file) => expect.stringMatching(`^ok    .*/${file}  \\d tests?$`)));
    expect(out.at(-1)).toMatch(new RegExp(`^\\d\\d tests in ${files.length} files: (\\d\\d) passed, 0 failed, in `));
    expect(status).toBe(0);
  });

  test('there is one for each example', () => {
    const examples = ['automations', 'patterns', 'how-to', 'coming-from', 'bullmq'].flatMap((name) =>
      readdirSync(path.join(root, 'examples', name)),
    );
    expect(files).toEqual(examples.sort());
  });

  test('name the schema that editors check them by, which is that of `watchfire schema test`', () => {
    const schema = path.join(root, 'examples/test.schema.json');
    expect(JSON.parse(readFileSync(schema, 'utf8'))).toEqual(schemas().test);
    for (const file of files) {
      const [, named = ''] =
        /^# yaml-language-server: \$schema=(\S+)\n/.exec(readFileSync(path.join(folder, file), 'utf8')) ?? [];
      expect(path.resolve(folder, named)).toBe(schema);
    }
  });

  test('name the automation that they are called by', () => {
    for (const file of files) {
      const [, name = ''] = /^automations: \[(\S+)\]$/m.exec(readFileSync(path.join(folder, file), 'utf8')) ?? [];
      const text = readFileSync(path.join(folder, name), 'utf8');
      expect(documentsIn({ file: name, text }).found.map(({ document }) => (document as { id: string }).id)).toEqual([
        path.basename(file, '.yaml'),
      ]);
    }
  });
});
