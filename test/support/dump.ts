import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import { adminBeside } from './redis.ts';

const FOLDER = new URL('../dumps/', import.meta.url);

/** Keys restored in one go. */
const BATCH = 500;

/** `ttlMs`: what was left of its life when the dump was taken, null for ever; `dump`: what `DUMP` answered, as base64. */
type DumpedKey = { name: string; type: string; ttlMs: number | null; dump: string };

/** `version` and `engine` (a commit) wrote it, on this version of Redis; `takenMs` is that server's time when it was taken. */
type DumpFile = {
  version: string;
  engine: string;
  redis: string;
  namespace: string;
  takenMs: number;
  keys: DumpedKey[];
};

/** A key of the dump, named without its namespace. */
export type RestoredKey = Readonly<{ key: string; type: string; ttlMs: number | null }>;

/** What a test needs to know of a dump beside its keys. All times are those of the server that it was taken from. */
export type RestoredDump = Readonly<{
  version: string;
  engine: string;
  /** When it was taken: a later "now" of virtual time begins here. */
  takenMs: number;
  /** Id of the last applied entry, and the time in it. */
  position: string;
  positionMs: number;
  /** Id of the newest entry of the log. */
  lastEntry: string;
  keys: readonly RestoredKey[];
}>;

/**
 * Restores a file of test/dumps under a namespace of the test, which must be empty. A key with a time to live gets what was left of it, from now
 * on: those of less than a minute may be gone before the test looks.
 */
export async function restoreDump(client: Redis, file: string, namespace: string): Promise<RestoredDump> {
  const redis = adminBeside(client);
  const { keys, ...dump } = await readDump(file);
  const from = `{${dump.namespace}}:`;
  const restored = keys.map(({ name, type, ttlMs }) => ({ key: name.slice(from.length), type, ttlMs }));
  for (let first = 0; first < keys.length; first += BATCH) {
    const pipeline = redis.pipeline();
    for (const { name, ttlMs, dump: payload } of keys.slice(first, first + BATCH)) {
      // 0 is no time to live.
      const ttl = ttlMs === null ? 0 : Math.max(1, ttlMs);
      pipeline.restore(`{${namespace}}:${name.slice(from.length)}`, ttl, Buffer.from(payload, 'base64'));
    }
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }
  // As the dump names them, whatever they are called now.
  const [position, newest] = await Promise.all([
    redis.get(`{${namespace}}:position`),
    redis.xrevrange(`{${namespace}}:events`, '+', '-', 'COUNT', 1),
  ]);
  const at = position ?? '0-0';
  return {
    version: dump.version,
    engine: dump.engine,
    takenMs: dump.takenMs,
    position: at,
    positionMs: Number(at.split('-')[0]),
    lastEntry: newest[0]?.[0] ?? '0-0',
    keys: restored,
  };
}

async function readDump(file: string): Promise<DumpFile> {
  const packed = await readFile(new URL(file, FOLDER));
  return JSON.parse((await promisify(gunzip)(packed)).toString()) as DumpFile;
}
