import { readdirSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { LUA_FOLDER, readScript } from './script.ts';

/** Waits until the server answers. */
export async function answers(redis: Redis): Promise<void> {
  await redis.ping();
}

/** The server's clock in whole ms. */
export async function serverTimeMs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}

/** The server's clock in ms, with its microseconds as a fraction. */
export async function preciseTimeMs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Number(micros) / 1_000;
}

/** What INFO says, of one section or of all. */
export async function infoOf(redis: Redis, section: 'memory' | null = null): Promise<string> {
  return await (section === null ? redis.info() : redis.info(section));
}

/** How the server keeps what it has, by the names of its settings. */
export async function keepingConfig(redis: Redis): Promise<ReadonlyMap<string, string>> {
  const flat = (await redis.call('CONFIG', 'GET', 'append*', 'no-appendfsync-*', 'save')) as string[];
  return new Map(flat.flatMap((name, i) => (i % 2 === 0 ? [[name, flat[i + 1] ?? ''] as const] : [])));
}

/** Loads all scripts: each is compiled, and its flags read; none is run. @returns how many */
export async function loadAllScripts(redis: Redis): Promise<number> {
  const files = readdirSync(LUA_FOLDER).filter((file) => file.endsWith('.lua'));
  for (const file of files) await redis.script('LOAD', readScript(file.replace(/\.lua$/, '')).source);
  return files.length;
}

/** Whether a key is there; rejects where its slot is not on this server. */
export async function keyExists(redis: Redis, key: string): Promise<boolean> {
  return (await redis.exists(key)) === 1;
}
