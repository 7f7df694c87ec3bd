import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { root } from '../../house/tree.ts';
import { checks, LeftOut } from '../checks.ts';
import { proveLanguages } from '../languages/story.ts';

/*
 * Programs in other languages send events and take jobs, as docs/languages.md shows them, and compute the partitions of the test vectors:
 * `npm run proof -- clients`. A language that is not on this machine is left out.
 */

const FOLDER = path.join(root, 'examples/partition');
const VECTORS = 'vectors.json';

const PROGRAMS: readonly Readonly<{ language: string; command: string; args: readonly string[] }>[] = [
  { language: 'Python', command: 'python3', args: ['partition.py', '--check', VECTORS] },
  { language: 'Go', command: 'go', args: ['run', 'partition.go', '--check', VECTORS] },
];

const runs = promisify(execFile);
const missing: string[] = [];

process.exitCode = await checks(async (check) => {
  for (const { language, command, args } of PROGRAMS) {
    const there = await runs(command, ['--help']).then(
      () => true,
      (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
    );
    if (!there) missing.push(`no ${language} on this machine`);
    else
      await check(`${language} computes the partitions of the vectors`, async () => {
        const { stdout } = await runs(command, [...args], { cwd: FOLDER });
        process.stdout.write(stdout);
      });
  }
  missing.push(...(await proveLanguages(check)));
  if (missing.length > 0) throw new LeftOut(missing.join('; '));
});
