import type { Part } from '../inspect/parts.ts';
import { isRecord } from '../model/record.ts';
import { fieldsOfHash, hashPages, memberPages } from '../redis/movable.ts';
import { shownJson } from '../redis/stored.ts';
import { type Copying, stageOf } from './copying.ts';
import { labelsIn } from './streams.ts';

/** Which firings passed a budget a moment ago: of them it has to be known where they go. */
export async function passedFirings({ redis, sources, definitions }: Copying): Promise<Set<string>> {
  const passed = new Set<string>();
  for (const { store } of sources)
    for (const id of definitions.all.keys())
      for await (const page of memberPages(redis, store.prefixes.passed + id))
        for (const [firing] of page) passed.add(firing);
  return passed;
}

/**
 * Copies what the relay recorded of firings, and what passed budgets.
 * @param homes where the firings went that passed one
 */
export async function copyGate(c: Copying, homes: ReadonlyMap<string, string>): Promise<void> {
  const bytes = new Map<string, number>();
  const outcomes = new Map<string, string>();
  for (const source of c.sources) {
    await copyOutcomes(c, source, bytes, outcomes);
    await copyPassed(c, source, homes);
  }
  for (const [target, sum] of bytes) {
    const stage = stageOf(c, target);
    await stage.hash(stage.keys.outcomes, [['bytes', String(sum)]]);
  }
}

async function copyOutcomes(
  c: Copying,
  { store }: Part,
  bytes: Map<string, number>,
  homes: Map<string, string>,
): Promise<void> {
  const { redis } = c;
  for await (const page of hashPages(redis, store.keys.outcomes)) {
    for (const [firing, text] of page) {
      const record = shownJson(text);
      if (firing === 'bytes' || !isRecord(record)) continue;
      const target = homeOfKey(c, String(record.key));
      homes.set(firing, target);
      bytes.set(target, (bytes.get(target) ?? 0) + Buffer.byteLength(text) + Buffer.byteLength(firing));
      const stage = stageOf(c, target);
      await stage.hash(stage.keys.outcomes, [[firing, text]]);
    }
  }
  for await (const page of memberPages(redis, store.keys.outcome_times)) {
    for (const [firing, at] of page) {
      const target = homes.get(firing);
      if (target === undefined) continue;
      const stage = stageOf(c, target);
      await stage.scores(stage.keys.outcome_times, [[at, firing]]);
    }
  }
  for (const [key, firing] of Object.entries(await fieldsOfHash(redis, store.keys.muted))) {
    const stage = stageOf(c, homeOfKey(c, key));
    await stage.hash(stage.keys.muted, [[key, firing]]);
  }
}

/** An automation and its labels as JSON, behind a space. */
function homeOfKey({ definitions }: Copying, key: string): string {
  const at = key.indexOf(' ');
  return definitions.homeOf(key.slice(0, at), labelsIn(key.slice(at + 1)));
}

async function copyPassed(c: Copying, { store }: Part, homes: ReadonlyMap<string, string>): Promise<void> {
  for (const id of c.definitions.all.keys()) {
    for await (const page of memberPages(c.redis, store.prefixes.passed + id)) {
      for (const [firing, at] of page) {
        const target = homes.get(firing);
        if (target === undefined) continue;
        const stage = stageOf(c, target);
        await stage.scores(stage.prefixes.passed + id, [[at, firing]]);
        await stage.lasting(stage.prefixes.passed + id, PASSED_KEPT_MS);
      }
    }
  }
}

/** As in lua/include/limits.lua. */
export const PASSED_KEPT_MS = 600_000;
