import { matchEntry } from '../apply/match-entry.ts';
import { type Window, windowsAt } from '../inspect/windows.ts';
import { encodeKey, keyOf, labelsOfKey } from '../match/key.ts';
import { planOf, type TriggerNode } from '../match/plan.ts';
import type { Automation } from '../model/automation.ts';
import type { Event, Labels } from '../model/event.ts';
import { fedEntryIn } from '../model/fed.ts';
import { decode, type Entry } from '../model/intake.ts';
import { changesSince } from '../redis/definition-changes.ts';
import { idBefore, isAfter, newestBefore } from '../redis/log.ts';
import { readEntries } from '../redis/scratch-log.ts';
import type { ExactFrom } from './exactness.ts';
import { type LiveEngine, type Retained, readRetained } from './live.ts';
import type { ScratchPlace } from './player.ts';
import { RecordedReplay, type ReplayOptions } from './recorded.ts';
import { ownIn } from './run.ts';
import { type ConditionVerdict, nearestMiss, verdictsOf } from './verdicts.ts';

/** What an event was to a trigger. `word`: of rules 17.13, null where it was not interested. `before`, `after`: what stood at its key. */
export type ExplainedTrigger = Readonly<{
  path: string;
  verdicts: readonly ConditionVerdict[];
  interested: boolean;
  key: Labels;
  word: string | null;
  before: Window | null;
  after: Window | null;
}>;

/** `exact`: whether what stood there is what was; else from where on it is, null for nowhere before it. */
export type ExplainedAutomation = Readonly<{
  id: string;
  name: string;
  triggers: readonly ExplainedTrigger[];
  interested: boolean;
  /** The condition that came nearest, of one that was not interested. */
  nearest: ConditionVerdict | null;
  exact: boolean;
  exactFrom: ExactFrom;
}>;

/**
 * What became of an entry: a word of rules 17.13, `waiting` where it is not applied yet. `reason`: of one that was rejected.
 */
export type ExplainedEvent = Readonly<{
  entry: string;
  event: Event | null;
  outcome: string;
  reason: string | null;
  automations: readonly ExplainedAutomation[];
}>;

/** `present`: false for an entry that this log has not, and that none of its automations met: it says what the entry would have been to them. */
export type ExplainOptions = Readonly<{
  automation?: string;
  present?: boolean;
  onProgress?: ReplayOptions['onProgress'];
  signal?: AbortSignal;
}>;

/** Entries that are looked through for an event. */
const LOOK_LIMIT = 1_000_000;
const PAGE = 1_000;

/** Finds the newest entry of an event in the log, by its id or by that of its entry; null for none. */
export async function findEntry({ connections: { redis }, store }: LiveEngine, name: string): Promise<Entry | null> {
  const id = /^(?:entry-)?(\d{1,20}-\d{1,20})$/.exec(name)?.[1];
  if (id !== undefined) {
    const [entry] = await readEntries(redis, store, id, id, 1);
    if (entry !== undefined || !name.startsWith('entry-')) return entry ?? null;
  }
  let to = '+';
  for (let looked = 0; looked < LOOK_LIMIT; looked += PAGE) {
    const page = await newestBefore(redis, store, to, PAGE);
    for (const entry of page) if (isNamed(entry, name, id ?? null, store.origin)) return entry;
    const last = page.at(-1);
    if (last === undefined) return null;
    to = `(${last.id}`;
  }
  return null;
}

/** Whether an entry holds the event of that id, or is what was fed of the entry `came` of the front log. */
function isNamed(entry: Entry, name: string, came: string | null, origin: string): boolean {
  if (came !== null && fedEntryIn(ownIn(entry))?.id === came) return true;
  const escaped = JSON.stringify(name).slice(1, -1);
  const isOwn = name.startsWith('s-') && entry.fields.includes(name.slice(2));
  if (!isOwn && !entry.fields.some((text) => text.includes(name) || text.includes(escaped))) return false;
  return eventIn(entry, origin)?.id === name;
}

/** The event of an entry of the partition `origin`; null for one that is none. */
export function eventIn(entry: Entry, origin: string): Event | null {
  const decoded = decode(entry, { origin });
  return decoded.kind === 'event' ? decoded.event : null;
}

/**
 * Decides once more what was decided up to an entry, at `place`, and says of each automation what the entry was to it.
 */
export async function explain(
  live: LiveEngine,
  place: ScratchPlace,
  entry: Entry,
  { automation: only, present = true, ...options }: ExplainOptions = {},
): Promise<ExplainedEvent> {
  const retained = await readRetained(live);
  const words: string[] = [];
  const recorded = await RecordedReplay.open(live, retained, place, {
    ...options,
    played: ({ entries, words: said }) => {
      for (const [i, { id }] of entries.entries()) if (id === entry.id) words.push(said[i] ?? '');
    },
  });
  await recorded.upTo(idBefore(entry.id));
  await recorded.run.before(entry);
  const { player } = recorded;
  const decided = matchEntry(entry, player.view);
  const event =
    decided.kind === 'rejected' || decided.kind === 'ignored' ? eventIn(entry, live.store.origin) : decided.event;
  const interests = 'interests' in decided ? decided.interests : [];
  const found = event === null ? [] : await automationsAt(player, only);
  const cells = found.flatMap(({ automation, nodes }) =>
    nodes.map((node) => ({
      automation,
      node,
      key: event === null ? '' : encodeKey(keyOf(event, node.trigger.forEach)),
    })),
  );
  const before = await windowsAt(player.redis, player.store, cells);
  const isWaiting = !present || isAfter(entry.id, retained.to);
  if (!isWaiting) {
    await recorded.run.feed([entry]);
    await recorded.run.rest();
  }
  const after = isWaiting ? before : await windowsAt(player.redis, player.store, cells);
  const [outcome = 'waiting', ...told] = (words[0] ?? '').split(' ').filter((word) => word !== '');
  const wordOf = new Map(interests.map(({ node }, i) => [node.name, told[i] ?? null]));
  const triggers = cells.map(({ automation, node, key }, i) => ({
    automation,
    trigger: {
      path: node.path,
      verdicts: event === null ? [] : verdictsOf(automation, node, event),
      interested: wordOf.has(node.name),
      key: labelsOfKey(node.trigger.forEach, key),
      word: wordOf.get(node.name) ?? null,
      before: before[i] ?? null,
      after: after[i] ?? null,
    },
  }));
  return {
    entry: entry.id,
    event,
    outcome,
    reason: decided.kind === 'rejected' ? decided.reason : null,
    automations: found.map(({ automation }) => {
      const own = triggers.filter((one) => one.automation === automation).map(({ trigger }) => trigger);
      return explained(automation, own, retained, recorded.exact.get(automation.id) ?? null, entry.id);
    }),
  };
}

/** All automations with their triggers, as they stand there. */
async function automationsAt(
  { redis, store }: RecordedReplay['player'],
  only: string | undefined,
): Promise<{ automation: Automation; nodes: readonly TriggerNode[] }[]> {
  const { changed } = await changesSince(redis, store, '0');
  const found: { automation: Automation; nodes: readonly TriggerNode[] }[] = [];
  for (const [id, definition] of changed) {
    if (definition === null || (only !== undefined && only !== id)) continue;
    const { automation, plan } = definition;
    found.push({ automation, nodes: planOf(automation, plan.revision, plan).nodes });
  }
  return found.sort((a, b) => (a.automation.name < b.automation.name ? -1 : 1));
}

function explained(
  { id, name }: Automation,
  triggers: readonly ExplainedTrigger[],
  { past }: Retained,
  exactFrom: ExactFrom,
  entry: string,
): ExplainedAutomation {
  const interested = triggers.some((one) => one.interested);
  return {
    id,
    name,
    triggers,
    interested,
    nearest: interested ? null : nearestMiss(triggers.map(({ verdicts }) => verdicts)),
    exact: past.complete || (exactFrom !== null && !isAfter(exactFrom.position, entry)),
    exactFrom,
  };
}
