import { createHash } from 'node:crypto';
import { isRecord } from '../model/record.ts';
import { LATEST_MS } from '../model/timestamp.ts';
import type { FiringEntry } from '../redis/ledger.ts';
import { shownJson, storedNumber } from '../redis/stored.ts';

/** A firing, as far as two ledgers are compared. Times in ms. */
export type ToldFiring = Readonly<{
  id: string;
  automation: string;
  state: string;
  /** triggering_labels, as JSON. */
  labels: string;
  triggered: number;
  /** Of all that follows from the log: not when it was decided, nor by whom. */
  digest: string;
}>;

/** What depends on the time at which a firing was decided, and on the worker. */
const BY_CHANCE: ReadonlySet<string> = new Set(['decided', 'worker']);

/** Fields of a firing that this version writes and that follow from the log. A later version may write more, which no replay of this one gives again. */
const OF_FIRINGS: ReadonlySet<string> = new Set(
  'firing automation revision path name posture state triggered labels event reminder story children shadow events counted'.split(
    ' ',
  ),
);

/** Fields of an entry that follow from the log alone, as one text. */
export function essence(fields: readonly string[]): string {
  const kept: string[] = [];
  const isFiring = fields[0] === 'firing';
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [name = '', value = ''] = [fields[i], fields[i + 1]];
    if (isFiring ? OF_FIRINGS.has(name) : !BY_CHANCE.has(name))
      kept.push(name, name === 'children' ? JSON.stringify(withoutChance(shownJson(value) ?? value)) : value);
  }
  return JSON.stringify(kept);
}

/** Child firings, as lua/include/told.lua writes them, with their own children. */
function withoutChance(children: unknown): unknown {
  if (!Array.isArray(children)) return children;
  return children.map((child: Record<string, unknown>) =>
    Object.fromEntries(
      Object.entries(child)
        .filter(([name]) => !BY_CHANCE.has(name))
        .map(([name, value]) => [name, name === 'children' ? withoutChance(value) : value]),
    ),
  );
}

export function toldOf([, fields]: FiringEntry): ToldFiring {
  const value = (name: string): string => {
    for (let i = 0; i + 1 < fields.length; i += 2) if (fields[i] === name) return fields[i + 1] ?? '';
    return '';
  };
  return {
    id: value('firing'),
    automation: value('automation'),
    state: value('state'),
    labels: labelsIn(value('labels')),
    triggered: timeIn(value('triggered')),
    digest: createHash('sha256').update(essence(fields)).digest('base64url').slice(0, 22),
  };
}

/** What others wrote there is no key: it is shown as an empty one. */
function labelsIn(text: string): string {
  const labels = shownJson(text);
  return isRecord(labels) && Object.values(labels).every((value) => typeof value === 'string') ? text : '{}';
}

function timeIn(text: string): number {
  const ms = storedNumber(text, 0);
  return Math.abs(ms) <= LATEST_MS ? ms : 0;
}
