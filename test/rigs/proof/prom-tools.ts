import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { LeftOut } from '../checks.ts';

const runs = promisify(execFile);

/** Prometheus and its tool: those of this machine, or those of Debian's package, which is unpacked and not installed. */
export type PromTools = Readonly<{
  prometheus: string;
  promtool: string;
  version: string;
  remove: () => Promise<void>;
}>;

/** @throws LeftOut where they cannot be had */
export async function promTools(): Promise<PromTools> {
  const known = await found('prometheus', 'promtool');
  if (known) return known;
  const dir = await mkdtemp(path.join(tmpdir(), 'watchfire-prometheus-'));
  const remove = async (): Promise<void> => await rm(dir, { recursive: true, force: true });
  try {
    await runs('apt-get', ['download', '-q', 'prometheus'], { cwd: dir });
    const [file = ''] = (await readdir(dir)).filter((name) => name.endsWith('.deb'));
    await runs('dpkg-deb', ['-x', file, 'unpacked'], { cwd: dir });
    const bin = path.join(dir, 'unpacked/usr/bin');
    const unpacked = await found(path.join(bin, 'prometheus'), path.join(bin, 'promtool'));
    if (!unpacked || !existsSync(bin)) throw new Error('the package has no programs');
    return { ...unpacked, remove };
  } catch (error) {
    await remove();
    const [reason] = (error as Error).message.split('\n');
    throw new LeftOut(`no Prometheus on this machine, and Debian's package cannot be fetched: ${reason}`);
  }
}

async function found(prometheus: string, promtool: string): Promise<PromTools | null> {
  try {
    await runs(prometheus, ['--version']);
    const { stdout } = await runs(promtool, ['--version']);
    const version = /version (\S+)/.exec(stdout)?.[1] ?? 'unknown';
    return { prometheus, promtool, version, remove: async () => undefined };
  } catch {
    return null;
  }
}
