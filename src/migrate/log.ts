import { digestOf, digestText } from '../apply/digest.ts';
import { consumersOf } from '../redis/groups.ts';
import { ENGINE_GROUP } from '../redis/keys.ts';
import { hasGroup, hashesAt, membersFrom, textAt, typesOf } from '../redis/older-state.ts';
import type { Command } from '../redis/steps/lead-over.ts';
import type { Namespace, Slice } from './step.ts';

/** Parked events, or readers, that one call leads over. */
const PAGE = 200;
const READERS = 10;

/** Gives the followers of each leader the name that its id has now. */
export async function* followers({ redis, store }: Namespace): AsyncGenerator<Slice> {
  const { parked_event, followers: prefix } = store.prefixes;
  for (let from = 0; ; from += PAGE) {
    const ids = await membersFrom(redis, store.keys.parked, from, PAGE);
    if (ids.length === 0) return;
    const commands: Command[] = [];
    let count = 0;
    const names = ids.map((id) => parked_event + id);
    for (const [i, { leader, followers: old, member, occurred }] of (await hashesAt(redis, names)).entries()) {
      // Others removed it: it is let go without its leader, as ever.
      if (leader === undefined || old === undefined || member === undefined || occurred === undefined) continue;
      const name = digestText(digestOf(leader));
      if (old === name) continue;
      count += 1;
      commands.push(['ZADD', prefix + name, occurred, member], ['ZREM', prefix + old, member]);
      commands.push(['HSET', names[i] ?? '', 'followers', name]);
    }
    if (count > 0) yield { kind: 'followers', count, commands };
  }
}

/** The log is read on from the position: nothing is noted any more of what a worker was given. The clock keeps a copy of the position. */
export async function* readers({ redis, store }: Namespace): AsyncGenerator<Slice> {
  const { events, position, clock } = store.keys;
  const at = await textAt(redis, position);
  const commands: Command[] = at === null ? [] : [['HSET', clock, 'position', at]];
  const [log] = await typesOf(redis, [events]);
  const grouped = log === 'stream' && (await hasGroup(redis, events, ENGINE_GROUP));
  const consumers = grouped ? await consumersOf(redis, events, ENGINE_GROUP) : [];
  for (let from = 0; from < consumers.length; from += READERS) {
    const page = consumers.slice(from, from + READERS);
    const gone = page.map((name): Command => ['XGROUP', 'DELCONSUMER', events, ENGINE_GROUP, name]);
    yield { kind: 'readers', count: page.length, commands: gone };
  }
  if (grouped) commands.push(['XGROUP', 'SETID', events, ENGINE_GROUP, at ?? '0']);
  if (commands.length > 0) yield { kind: 'readers', count: 0, commands };
}
