import { queuesOf } from '../model/action.ts';
import { hashesAt, membersFrom, newestMs, typesOf } from '../redis/older-state.ts';
import type { Command } from '../redis/steps/lead-over.ts';
import { automationIn } from './definitions.ts';
import type { Namespace, Slice } from './step.ts';

/** Automations whose documents are looked at in one call. */
const PAGE = 100;

/** Quotas and the clock of 0.1.0 had other names, and no list of queues was kept. */
export async function* settings({ redis, store, origin, older }: Namespace): AsyncGenerator<Slice> {
  if (origin > 1) return;
  const { quota_used, quotas, clock, queues, automations } = store.keys;
  const renamed: readonly (readonly [string, string])[] = [
    [older.quotaUsed, quota_used],
    [older.quotas, quotas],
  ];
  const types = await typesOf(
    redis,
    renamed.map(([from]) => from),
  );
  const moves = renamed.filter((_, i) => types[i] !== 'none').map(([from, to]): Command => ['RENAMENX', from, to]);
  if (moves.length > 0) yield { kind: 'settings', count: moves.length, commands: moves };
  const [times = {}, documents = {}] = await hashesAt(redis, [clock, automations]);
  if (times.C !== undefined && times.U !== undefined) {
    const commands: Command[] = [
      ['HSET', clock, 'newest', times.C, 'arrival', times.U],
      ['HDEL', clock, 'C', 'U'],
    ];
    yield { kind: 'settings', count: 1, commands };
  }
  const named = Object.entries(documents).flatMap(([id, text]) => queuesOf(automationIn(automations, id, text)));
  const [known] = await typesOf(redis, [queues]);
  if (known === 'none' && named.length > 0) {
    const distinct = [...new Set(named)].sort();
    const commands = distinct.map((queue): Command => ['ZADD', queues, '0', queue]);
    yield { kind: 'settings', count: 1, commands };
  }
}

/**
 * 0.1.0 kept the last 20 documents of an automation, and those of a deleted one for a week. Now each is kept until no firing needs it:
 * none can name a replaced one that is younger than the newest firing.
 */
export async function* revisions({ redis, store, origin }: Namespace): AsyncGenerator<Slice> {
  if (origin > 1) return;
  const { changes, automations, outdated, firings } = store.keys;
  const untilMs = String(await newestMs(redis, firings));
  const [current = {}] = await hashesAt(redis, [automations]);
  for (let from = 0; ; from += PAGE) {
    const ids = await membersFrom(redis, changes, from, PAGE);
    if (ids.length === 0) return;
    const keys = ids.map((id) => store.prefixes.automation + id);
    const commands: Command[] = [];
    let count = 0;
    for (const [i, fields] of (await hashesAt(redis, keys)).entries()) {
      const [id = '', key = ''] = [ids[i], keys[i]];
      const deleted = current[id] === undefined;
      const replaced = Object.keys(fields).filter((name) => /^\d+$/.test(name) && (deleted || name !== fields.current));
      if (replaced.length === 0) continue;
      count += replaced.length;
      for (const revision of replaced) commands.push(['ZADD', outdated, 'NX', untilMs, `${revision}:${id}`]);
      if (deleted) commands.push(['PERSIST', key], ['HDEL', key, 'current', 'enabled', 'position', 'at']);
    }
    if (count > 0) yield { kind: 'revisions', count, commands };
  }
}
