import type { Redis } from 'ioredis';
import type { OlderNames, Origin } from '../redis/older-state.ts';
import type { Command } from '../redis/steps/lead-over.ts';
import type { Store } from '../redis/store.ts';

/**
 * What a migration leads over, in its order. `settings`: quotas, the clock, the queues that automations name. `own`: entries of the log
 * that the engine wrote and that wait.
 */
export const KINDS = [
  'settings',
  'revisions',
  'triggers',
  'windows',
  'definitions',
  'ids',
  'followers',
  'own',
  'readers',
  'history',
] as const;
export type LedKind = (typeof KINDS)[number];

/** What one call leads over: `count` of a kind, as commands that are harmless to repeat. */
export type Slice = Readonly<{ kind: LedKind; count: number; commands: readonly Command[] }>;

/** What every step works on. */
export type Namespace = Readonly<{ redis: Redis; store: Store; origin: Origin; older: OlderNames }>;

/**
 * Reads what is still in the old form, and says slice by slice what to do. It changes nothing itself, and goes on whether a slice was
 * carried out or not: so a dry run sees the same.
 */
export type MigrationStep = (namespace: Namespace) => AsyncGenerator<Slice>;
