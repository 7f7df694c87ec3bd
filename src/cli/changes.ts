import { InvalidDocument } from '../errors.ts';
import { type Automation, inModeOf, parseAutomation } from '../model/automation.ts';
import { differingKeys } from '../model/meaning.ts';
import { isRecord } from '../model/record.ts';
import { compareText } from '../model/text.ts';
import type { FoundDocument } from './documents.ts';
import { METRIC_ADVICE } from './foreign.ts';
import type { Problem } from './position.ts';
import { plain, reasonIn } from './view/output.ts';

/** What is to become of one automation. `keys`: the top-level keys in which it differs from what is stored. */
export type PlannedChange = Readonly<{
  change: 'created' | 'updated' | 'unchanged' | 'deleted';
  id: string;
  name: string;
  keys: readonly string[];
  /** The whole document to be put; null when it is not to be put. */
  document: object | null;
  /** The one that it replaces; null when there is none. */
  before: object | null;
}>;

/** What would be put and deleted, or why nothing may be; `warnings`: what may be, and is hardly meant. */
export type PlannedChanges = Readonly<{
  changes: readonly PlannedChange[];
  problems: readonly Problem[];
  warnings: readonly string[];
}>;

type Wanted = Readonly<{ automation: Automation; ownId: boolean; position: FoundDocument['position'] }>;

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
  const problems: Problem[] = [];
  const wanted = found.flatMap((one) => wantedOf(one, newId, problems));
  refuseTwins(wanted, problems);
  const byId = new Map(stored.map((automation) => [automation.id, automation]));
  const byName = Map.groupBy(stored, ({ name }) => name);
  const taken = new Set(wanted.filter(({ ownId }) => ownId).map(({ automation }) => automation.id));
  const changes = wanted.map(({ automation, ownId, position }): PlannedChange => {
    if (ownId) return difference(automation, byId.get(automation.id));
    // One that a document claims by its id is being renamed by it.
    const named = (byName.get(automation.name) ?? []).filter(({ id }) => !taken.has(id));
    const ids = named.map(({ id }) => id);
    if (ids.length > 1) {
      const reason = `fits ${ids.length} automations, add an id: ${ids.join(', ')}`;
      problems.push({ position: position('name'), place: 'name', reason });
    }
    const [old] = named;
    return difference(old ? parseAutomation({ ...automation.document, id: old.id }) : automation, old);
  });
  const kept = new Set(changes.map(({ id }) => id));
  const others = prune ? stored.filter(({ id }) => !kept.has(id)) : [];
  const warnings = problems.length > 0 ? [] : namesakes(changes, prune ? [] : stored);
  return { changes: [...changes, ...others.map(deletion)], problems, warnings };
}

function wantedOf({ document, position }: FoundDocument, newId: () => string, problems: Problem[]): Wanted[] {
  const ownId = isRecord(document) && document.id !== undefined;
  try {
    return [
      {
        automation: parseAutomation(ownId || !isRecord(document) ? document : { id: newId(), ...document }),
        ownId,
        position,
      },
    ];
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    for (const problem of error.problems) {
      const advice = problem.reason === 'metric triggers are not supported' ? METRIC_ADVICE : '';
      const place = position(problem.path, problem.reason);
      problems.push({ position: place, place: plain(problem.path), reason: `${reasonIn(problem)}${advice}` });
    }
    return [];
  }
}

/** The second of one id would undo the first, and of two with one name and no ids nobody could say which is which the next time. */
function refuseTwins(wanted: readonly Wanted[], problems: Problem[]): void {
  for (const key of ['id', 'name'] as const) {
    const first = new Map<string, Wanted>();
    for (const one of wanted) {
      if (key === 'id' && !one.ownId) continue;
      const value = one.automation[key];
      const other = first.get(value);
      if (!other) first.set(value, one);
      else if (key === 'id' || !one.ownId || !other.ownId) {
        const advice = key === 'name' ? '; give each of them an id, or another name' : '';
        const reason = `is that of ${other.position(key).at} too (found ${JSON.stringify(value)})${advice}`;
        problems.push({ position: one.position(key, reason), place: key, reason });
      }
    }
  }
}

/** Names that several automations have when all is done, where these changes have a part in it. */
function namesakes(changes: readonly PlannedChange[], stored: readonly Automation[]): string[] {
  const ids = new Map<string, Set<string>>();
  const changed = new Set(changes.map(({ id }) => id));
  for (const { id, name } of [...changes, ...stored.filter(({ id }) => !changed.has(id))]) {
    ids.set(name, (ids.get(name) ?? new Set()).add(id));
  }
  const names = new Set(changes.map(({ name }) => name));
  return [...names].flatMap((name) => {
    const named = [...(ids.get(name) ?? [])].sort(compareText);
    if (named.length < 2) return [];
    return [
      `${named.length} automations have the name ${JSON.stringify(name)}, verbs ask for the id: ${named.join(', ')}`,
    ];
  });
}

function difference(wanted: Automation, old: Automation | undefined): PlannedChange {
  const automation = old ? switchedAs(old, wanted) : wanted;
  const { id, name, document } = automation;
  if (!old) return { change: 'created', id, name, keys: Object.keys(document), document, before: null };
  const keys = differingKeys(old, automation);
  const before = old.document;
  return keys.length === 0
    ? { change: 'unchanged', id, name, keys, document: null, before }
    : { change: 'updated', id, name, keys, document, before };
}

/** A document that does not say `enabled` or `mode` leaves what was switched by hand as it is. */
function switchedAs(old: Automation, document: Automation): Automation {
  const wanted = inModeOf(old, document);
  if (wanted.document.enabled !== undefined || old.enabled) return wanted;
  return parseAutomation({ ...wanted.document, enabled: false });
}

function deletion({ id, name, document }: Automation): PlannedChange {
  return { change: 'deleted', id, name, keys: [], document: null, before: document };
}
