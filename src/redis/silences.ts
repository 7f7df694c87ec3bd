import type { Redis } from 'ioredis';
import { isRecord } from '../model/record.ts';
import type { Silence } from '../model/silence.ts';
import type { Store } from './store.ts';
import { shownJson } from './stored.ts';

/** Beside the silences: how often they were changed. */
export const SILENCES_VERSION = 'version';

/** All silences that are kept, those that ended among them, the oldest first. What others wrote there is none. */
export async function allSilences(redis: Redis, store: Store): Promise<Silence[]> {
  return silencesIn(await redis.hgetall(store.shared.silences));
}

/** The same from what stands there. */
function silencesIn(fields: Readonly<Record<string, string>>): Silence[] {
  return Object.entries(fields)
    .flatMap(([id, text]) => (id === SILENCES_VERSION ? [] : (silenceIn(id, text) ?? [])))
    .sort((a, b) => a.from - b.from || (a.id < b.id ? -1 : 1));
}

function silenceIn(id: string, text: string): Silence | null {
  const [, from, until, said] = /^(\d{1,15}) (\d{1,15}) ([\s\S]*)$/.exec(text) ?? [];
  const read = shownJson(said);
  if (!isRecord(read)) return null;
  const { automation = null, labels, reason, by, alert } = read;
  const whole = isRecord(labels) && Object.values(labels).every((value) => typeof value === 'string');
  if (!whole || typeof reason !== 'string' || typeof by !== 'string') return null;
  if (automation !== null && typeof automation !== 'string') return null;
  const given = labels as Record<string, string>;
  const acknowledged = typeof alert === 'number' ? { alert } : {};
  return { id, automation, labels: given, reason, by, from: Number(from), until: Number(until), ...acknowledged };
}
