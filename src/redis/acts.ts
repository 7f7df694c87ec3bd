import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { fieldsOf } from './backlog.ts';
import type { Store } from './store.ts';

/** What somebody did: `user` of Redis, `host` it came from. `subject`: an automation, an id, a label; '' where it is about all. */
export type RecordedAct = Readonly<{
  /** Id of its entry in `{wf}:acts`. */
  id: string;
  /** By the clock of Redis, in ms. */
  at: number;
  user: string;
  host: string;
  what: string;
  subject: string;
  reason: string;
}>;

/** Acts that are kept, and characters of each of their texts: at most some ten megabytes. */
const KEPT = 10_000;
const TEXT_CHARACTERS = 300;

/** Records that are looked through at a time. */
const PAGE = 500;

/** Which acts are wanted: at most `limit`, the newest ones. */
export type ActQuery = Readonly<{ limit: number; sinceMs?: number; subject?: string }>;

/** Records what was done. The oldest records go when there are too many. */
export async function noteAct(
  redis: Redis,
  { keys }: Store,
  { what, subject, reason }: Pick<RecordedAct, 'what' | 'subject' | 'reason'>,
): Promise<void> {
  const told = { user: userOf(redis), host: hostname(), what, subject, reason };
  const fields = Object.entries(told).flatMap(([name, text]) => [name, text.slice(0, TEXT_CHARACTERS).toWellFormed()]);
  await redis.xadd(keys.acts, 'MAXLEN', '~', KEPT, '*', ...fields);
}

/** The newest acts, the oldest of them first. */
export async function lastActs(
  redis: Redis,
  { keys }: Store,
  { limit, sinceMs = 0, subject }: ActQuery,
): Promise<RecordedAct[]> {
  const found: RecordedAct[] = [];
  for (let to = '+'; ; ) {
    const page = await redis.xrevrange(keys.acts, to, String(Math.max(0, sinceMs)), 'COUNT', PAGE);
    for (const [id, flat] of page) {
      const act = actIn(id, flat);
      if (subject === undefined || act.subject === subject) found.push(act);
      if (found.length === limit) return found.reverse();
    }
    const last = page.at(-1)?.[0];
    if (last === undefined) return found.reverse();
    to = `(${last}`;
  }
}

function actIn(id: string, flat: readonly string[]): RecordedAct {
  const fields = fieldsOf([...flat]);
  const text = (name: string): string => String(fields.get(name) ?? '');
  return {
    id,
    at: Number.parseInt(id, 10),
    user: text('user'),
    host: text('host'),
    what: text('what'),
    subject: text('subject'),
    reason: text('reason'),
  };
}

/** The user that a connection signed in as. */
function userOf({ options }: Redis): string {
  const { username, redisOptions } = options as { username?: string; redisOptions?: { username?: string } };
  return username || redisOptions?.username || 'default';
}
