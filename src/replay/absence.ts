import { NotFound } from '../errors.ts';
import { type EventWindow, windowsAt } from '../inspect/windows.ts';
import { compileKey, encodeKey, labelsOfKey } from '../match/key.ts';
import { isSpread } from '../match/placement.ts';
import { planOf, type TriggerNode } from '../match/plan.ts';
import { TriggerIndex } from '../match/trigger-index.ts';
import type { Automation } from '../model/automation.ts';
import type { Event, Labels } from '../model/event.ts';
import { decode } from '../model/intake.ts';
import { findDefinition, readStored } from '../redis/definitions.ts';
import { newestBefore } from '../redis/log.ts';
import { type PresentState, readMoment } from '../redis/moment.ts';
import { readParked } from '../redis/parked.ts';
import { storeOfKey } from '../redis/placed.ts';
import { readSettings } from '../redis/settings.ts';
import { quietUntilIn } from '../redis/window-text.ts';
import { storedWindows } from '../redis/windows.ts';
import type { LiveEngine, LiveNamespace } from './live.ts';
import { verdictsOf } from './verdicts.ts';

/** Entries that are looked through for what came of a key. */
const LOOK_LIMIT = 50_000;
const PAGE = 1_000;

/** Parked events that are looked at. */
const PARKED_LIMIT = 10_000;

/** An event of the log that has to do with a key. Times in ms. */
export type KeyEvent = Readonly<{ entry: string; id: string; event: string; occurred: number; received: number }>;

/** An event that waits for its leader, and would come to the key. */
export type KeyParked = Readonly<{ id: string; event: string; follows: string; untilMs: number }>;

/** How a key of an event trigger stands. `missed`: the newest event of the same key that no list of the trigger names, and what misses. */
export type KeyState = Readonly<{
  path: string;
  node: TriggerNode;
  window: EventWindow | null;
  /** Quiet until then, in ms. */
  quietUntil: number | null;
  parked: readonly KeyParked[];
  armed: KeyEvent | null;
  expected: KeyEvent | null;
  missed: Readonly<{ event: KeyEvent; said: string }> | null;
}>;

/** Why nothing has fired (yet) for a key. `searched`: how many entries of the log were looked through. Times in ms. */
export type AbsenceExplained = PresentState &
  Readonly<{
    automation: Automation;
    labels: Labels;
    states: readonly KeyState[];
    searched: number;
  }>;

/**
 * Says how a key of an automation stands now.
 * @param labels values of its for_each by their names, or all of them in order
 * @throws NotFound, RangeError for labels that are not those of the key
 */
export async function explainAbsence(
  namespace: LiveNamespace,
  id: string,
  given: readonly string[],
): Promise<AbsenceExplained> {
  const live = await engineOfKey(namespace, id, given);
  const { connections, store } = live;
  const { redis } = connections;
  const definition = await readStored(redis, store, id);
  if (definition === null) throw new NotFound(id);
  const { automation, plan: stored } = definition;
  const plan = planOf({ ...automation, enabled: true }, stored.revision, stored);
  const nodes = plan.nodes.filter(({ trigger }) => trigger.type === 'event');
  const keys = nodes.map(({ trigger }) => encodeKey(valuesOf(trigger.forEach, given)));
  const cells = nodes.map((node, i) => ({
    automation,
    node,
    key: keys[i] ?? '',
    valuesIn: compileKey(node.trigger.forEach),
  }));
  const { followWaitMs } = await readSettings(redis, store);
  const [windows, texts, moment, { found: parked }] = await Promise.all([
    windowsAt(redis, store, cells),
    storedWindows(
      redis,
      store,
      cells.map(({ node, key }) => ({ kind: 'event' as const, name: node.name, key })),
    ),
    readMoment(redis, store),
    readParked(redis, store, PARKED_LIMIT),
  ]);
  const index = new TriggerIndex();
  index.put(plan);
  const seen = new Seen(automation, index, cells);
  const searched = await seen.search(live);
  return {
    automation,
    labels: labelsOf(nodes, keys),
    ...moment,
    searched,
    states: cells.map((cell, i) => {
      const { node } = cell;
      const window = windows[i];
      const text = texts[i];
      return {
        path: node.path,
        node,
        window: window?.kind === 'event' ? window : null,
        quietUntil: text && 'text' in text ? quietUntilIn(text.text) : null,
        parked: parked.flatMap(({ document, since }) => {
          const decoded = decode({ id: '0-0', fields: ['released', document ?? ''] });
          if (decoded.kind !== 'event' || !meets(index, decoded.event, cell)) return [];
          const { id: event, event: name, follows } = decoded.event;
          return [{ id: event, event: name, follows: follows ?? '', untilMs: since + followWaitMs }];
        }),
        ...seen.at(i),
      };
    }),
  };
}

/** The engine that has a key. @throws NotFound, RangeError for labels that are not those of the key */
async function engineOfKey(namespace: LiveNamespace, id: string, given: readonly string[]): Promise<LiveEngine> {
  const { connections, store } = namespace;
  const layout = await namespace.partitions();
  if (layout === null) return namespace;
  const automation = await findDefinition(connections.redis, store, id);
  if (automation === null) throw new NotFound(id);
  const { forEach } = automation.trigger;
  const values = isSpread(automation.trigger, layout.by) ? valuesOf(forEach, given) : [];
  const labels = labelsOfKey(forEach, encodeKey(values));
  return { connections, store: storeOfKey({ store, layout }, automation.trigger, labels) };
}

function valuesOf(names: readonly string[], given: readonly string[]): string[] {
  const named = new Map(
    given.flatMap((one): [string, string][] => {
      const at = one.indexOf('=');
      return at > 0 && names.includes(one.slice(0, at)) ? [[one.slice(0, at), one.slice(at + 1)]] : [];
    }),
  );
  if (named.size === names.length) return names.map((name) => named.get(name) ?? '');
  if (named.size > 0 || given.length !== names.length) {
    throw new RangeError(names.length === 0 ? 'has no for_each, so it has no key' : `needs ${names.join(', ')}`);
  }
  return [...given];
}

function labelsOf(nodes: readonly TriggerNode[], keys: readonly string[]): Labels {
  const pairs = nodes.flatMap(({ trigger }, i) => Object.entries(labelsOfKey(trigger.forEach, keys[i] ?? '')));
  return Object.fromEntries(pairs);
}

function meets(index: TriggerIndex, event: Event, cell: Cell): boolean {
  return isOfKey(event, cell) && index.interested(event).some((one) => one.node.name === cell.node.name);
}

function isOfKey(event: Event, { key, valuesIn }: Cell): boolean {
  return encodeKey(valuesIn(event)) === key;
}

/** A key of a trigger. `valuesIn`: those of its `for_each` in an event. */
type Cell = Readonly<{ node: TriggerNode; key: string; valuesIn: (event: Event) => readonly string[] }>;
type Found = { -readonly [name in 'armed' | 'expected' | 'missed']: KeyState[name] };

/** The newest events of some keys. */
class Seen {
  readonly #automation: Automation;
  readonly #index: TriggerIndex;
  readonly #cells: readonly Cell[];
  readonly #found: Found[];

  constructor(automation: Automation, index: TriggerIndex, cells: readonly Cell[]) {
    this.#automation = { ...automation, enabled: true };
    this.#index = index;
    this.#cells = cells;
    this.#found = cells.map(() => ({ armed: null, expected: null, missed: null }));
  }

  at(i: number): Found {
    return this.#found[i] ?? { armed: null, expected: null, missed: null };
  }

  /** Looks from the newest entry back, until all is found. @returns how many entries were looked at */
  async search({ connections: { redis }, store }: LiveEngine): Promise<number> {
    let looked = 0;
    for (let to = '+'; looked < LOOK_LIMIT && !this.#isDone; ) {
      const page = await newestBefore(redis, store, to, PAGE);
      for (const entry of page) {
        const decoded = decode(entry, { origin: store.origin });
        if (decoded.kind === 'event') this.#take(entry.id, decoded.event);
      }
      looked += page.length;
      const last = page.at(-1);
      if (last === undefined) break;
      to = `(${last.id}`;
    }
    return looked;
  }

  get #isDone(): boolean {
    return this.#found.every(({ armed, expected, missed }) => armed && expected && missed);
  }

  #take(entry: string, event: Event): void {
    const interests = this.#index.interested(event);
    const { id, event: name, occurred, received } = event;
    const told = { entry, id, event: name, occurred, received };
    for (const [i, cell] of this.#cells.entries()) {
      const found = this.#found[i];
      if (!found || !isOfKey(event, cell)) continue;
      const { node, key } = cell;
      const interest = interests.find((one) => one.node.name === node.name);
      if (interest?.arms) found.armed ??= told;
      if (interest?.expects) found.expected ??= told;
      if (interest !== undefined || key === '' || found.missed !== null) continue;
      const [nearest] = verdictsOf(this.#automation, node, event).filter(({ met }) => !met);
      if (nearest !== undefined) found.missed = { event: told, said: nearest.said };
    }
  }
}
