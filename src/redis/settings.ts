import type { Redis } from 'ioredis';
import {
  DEFAULT_NAMESPACE_SETTINGS,
  type NamespaceSettings,
  type NamespaceSettingsChanges,
} from '../model/namespace-settings.ts';
import { generationIn } from './damage.ts';
import { untilChanged } from './definitions.ts';
import { putSettings } from './steps/put-settings.ts';
import type { Store } from './store.ts';
import { IGNORED, ignoredIn, storedNumber } from './stored.ts';
import { execute, insist } from './transaction.ts';

/** What each setting is called in Redis. */
const FIELDS = { earlyMs: 'early_ms', followWaitMs: 'follow_wait_ms', ignored: IGNORED } as const;
const NAMES = ['earlyMs', 'followWaitMs', 'ignored'] as const;

type Stored = Readonly<{ generation: string; texts: readonly (string | null)[] }>;

async function readStored(redis: Redis, store: Store): Promise<Stored> {
  const { keys } = store;
  const read = (): Promise<unknown[]> =>
    execute(
      redis
        .multi()
        .get(keys.generation)
        .hmget(keys.settings, ...NAMES.map((name) => FIELDS[name])),
    );
  const [generation, texts] = await insist(read);
  return { generation: generationIn(store, generation), texts: texts as (string | null)[] };
}

/** The settings that hold now, as the scripts and the workers read them. */
export async function readSettings(redis: Redis, store: Store): Promise<NamespaceSettings> {
  const [early, wait, ignored] = (await readStored(redis, store)).texts;
  const byDefault = DEFAULT_NAMESPACE_SETTINGS;
  return {
    earlyMs: storedNumber(early, byDefault.earlyMs),
    followWaitMs: storedNumber(wait, byDefault.followWaitMs),
    ignored: ignoredIn(ignored) ?? byDefault.ignored,
  };
}

/** How long an event waits for the one it follows, in ms, by the fields of the settings as they stand in Redis. */
export function followWaitIn(fields: Readonly<Record<string, string>>): number {
  return storedNumber(fields[FIELDS.followWaitMs], DEFAULT_NAMESPACE_SETTINGS.followWaitMs);
}

/** Changes settings between two entries of the log; what stands there already changes nothing. @throws Conflict */
export async function writeSettings(redis: Redis, store: Store, changes: NamespaceSettingsChanges): Promise<void> {
  await untilChanged(async () => {
    const { generation, texts } = await readStored(redis, store);
    const differing = NAMES.filter((name, i) => changes[name] !== undefined && textOf(changes[name]) !== texts[i]);
    if (differing.length === 0) return { word: 'unchanged', generation };
    return await putSettings(redis, store, {
      generation,
      of: 'settings',
      set: differing.flatMap((name) => {
        const text = textOf(changes[name]);
        return text === null ? [] : [[FIELDS[name], text] as const];
      }),
      reset: differing.filter((name) => changes[name] === null).map((name) => FIELDS[name]),
    });
  });
}

/** As it stands in Redis; null for what is put back to its default. */
function textOf(value: number | readonly string[] | null | undefined): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'number' ? String(value) : JSON.stringify([...new Set(value)].sort());
}
