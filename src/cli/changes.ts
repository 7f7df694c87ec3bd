import { isDeepStrictEqual } from 'node:util';
import { InvalidDocument } from '../errors.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import { isRecord } from '../model/record.ts';
import type { FoundDocument } from './documents.ts';
import { sentenceOf } from './view/output.ts';

/** What is to become of one automation. `keys`: the top-level keys in which it differs from what is stored. */
export type PlannedChange = Readonly<{
  change: 'created' | 'updated' | 'unchanged' | 'deleted';
  id: string;
  name: string;
  keys: readonly string[];
  /** The whole document to be put; null when it is not to be put. */
  document: object | null;
}>;

/** What would be put and deleted, or why nothing may be. */
export type PlannedChanges = Readonly<{ changes: readonly PlannedChange[]; problems: readonly string[] }>;

type Wanted = Readonly<{ automation: Automation; ownId: boolean; at: FoundDocument['at'] }>;

/**
 * Compares the automations of files with those that are stored: matched by id, those without an id by name.
 * @param newId makes ids for those that are new and have none
 * @param prune whether those that are in no file are deleted
 */
export function changesOf(
  found: readonly FoundDocument[],
  stored: readonly Automation[],
  { newId, prune }: { newId: () => string; prune: boolean },
): PlannedChanges {
  const problems: string[] = [];
  const wanted = found.flatMap((one) => wantedOf(one, newId, problems));
  refuseTwins(wanted, problems);
  const byId = new Map(stored.map((automation) => [automation.id, automation]));
  const byName = Map.groupBy(stored, ({ name }) => name);
  const taken = new Set(wanted.filter(({ ownId }) => ownId).map(({ automation }) => automation.id));
  const changes = wanted.map(({ automation, ownId, at }): PlannedChange => {
    if (ownId) return difference(automation, byId.get(automation.id));
    // One that a document claims by its id is being renamed by it.
    const named = (byName.get(automation.name) ?? []).filter(({ id }) => !taken.has(id));
    const ids = named.map(({ id }) => id);
    if (ids.length > 1)
      problems.push(`${at('name')}: name: fits ${ids.length} automations, add an id: ${ids.join(', ')}`);
    const [old] = named;
    return difference(old ? parseAutomation({ ...automation.document, id: old.id }) : automation, old);
  });
  const kept = new Set(changes.map(({ id }) => id));
  const others = prune ? stored.filter(({ id }) => !kept.has(id)) : [];
  return { changes: [...changes, ...others.map(deletion)], problems };
}

function wantedOf({ document, at }: FoundDocument, newId: () => string, problems: string[]): Wanted[] {
  const ownId = isRecord(document) && document.id !== undefined;
  try {
    return [
      {
        automation: parseAutomation(ownId || !isRecord(document) ? document : { id: newId(), ...document }),
        ownId,
        at,
      },
    ];
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    problems.push(...error.problems.map((problem) => `${at(problem.path)}: ${sentenceOf(problem)}`));
    return [];
  }
}

/** Nobody could tell two of one name apart, and the second of one id would undo the first. */
function refuseTwins(wanted: readonly Wanted[], problems: string[]): void {
  for (const key of ['id', 'name'] as const) {
    const first = new Map<string, Wanted>();
    for (const one of wanted) {
      if (key === 'id' && !one.ownId) continue;
      const value = one.automation[key];
      const other = first.get(value);
      if (other)
        problems.push(`${one.at(key)}: ${key}: is that of ${other.at(key)} too (found ${JSON.stringify(value)})`);
      else first.set(value, one);
    }
  }
}

function difference(automation: Automation, old: Automation | undefined): PlannedChange {
  const { id, name, document } = automation;
  if (!old) return { change: 'created', id, name, keys: Object.keys(document), document };
  const [before, after] = [completed(old), completed(automation)];
  const all = [...new Set([...Object.keys(after), ...Object.keys(before)])];
  const keys = all.filter((key) => !isDeepStrictEqual(before[key], after[key]));
  return keys.length === 0
    ? { change: 'unchanged', id, name, keys, document: null }
    : { change: 'updated', id, name, keys, document };
}

/** With its defaults, so that writing one out changes nothing. */
function completed({ document }: Automation): Record<string, unknown> {
  const defaults = {
    enabled: true,
    actions: [],
    actions_on_trigger: [],
    actions_on_resolve: [],
    allow_self_trigger: false,
  };
  return { ...defaults, ...document };
}

function deletion({ id, name }: Automation): PlannedChange {
  return { change: 'deleted', id, name, keys: [], document: null };
}
