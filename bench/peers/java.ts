import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { built, versionOf } from './tools.ts';

/** A program of `bench/peers/<name>`, built by Maven: how Java is to be called, and the version of what it shows. */
export async function javaProgram(name: string, main: string): Promise<{ parameters: string[]; version: string }> {
  const source = path.join(import.meta.dirname, name);
  const pom = path.join(source, 'pom.xml');
  const folder = await built(name, [pom, path.join(source, `${main}.java`)], (target) => [
    ['mvn', '-q', '-B', '-f', pom, `-Dpeer.folder=${target}`, 'package'],
  ]);
  const version = /<peer\.version>(.*)<\/peer\.version>/.exec(await readFile(pom, 'utf8'))?.[1] ?? 'unknown';
  const classes = [path.join(folder, `${name}-1.jar`), path.join(folder, 'dependency', '*')].join(path.delimiter);
  return { parameters: ['-cp', classes, main], version: `${version}, Java ${await versionOf('Java')}` };
}
