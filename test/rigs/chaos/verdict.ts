import type { ModelEngine, ModelFiring } from '../../oracle/engine.ts';
import type { Json } from '../../oracle/event.ts';
import type { Replay } from './replay.ts';
import type { LedgerLine, Retained, StateLines } from './retained.ts';

/** Where taken jobs are noted, one list for each queue: see consumer.ts. */
export const TAKEN = 'chaos:taken';

/** So many examples of each kind of mistake are kept. */
const EXAMPLES = 5;

/** How often each mistake was found; all have to be 0. */
export type Mistakes = Record<Mistake, number>;

const MISTAKES = [
  'firings missing',
  'firings not deserved',
  'firings out of order',
  'firing ids wrong',
  'absences missing',
  'absences false',
  'jobs missing',
  'jobs not deserved',
  'jobs twice',
  'dead letters wrong',
  'entries not applied once',
  'windows wrong',
  'own entries wrong',
] as const;
export type Mistake = (typeof MISTAKES)[number];

export type Verdict = {
  entries: number;
  applied: number;
  duplicates: number;
  parked: number;
  dead: number;
  firings: number;
  absences: number;
  jobs: number;
  /** Those that were compared with the model's. */
  windows?: number;
  /** The kinds that were looked for. */
  mistakes: Partial<Mistakes>;
  examples: string[];
};

/** Compares what an engine left with what the model makes of the same stream. `documents`: the automations, as they were sent. */
export async function judge(retained: Retained, replay: Replay, documents: readonly Json[]): Promise<Verdict> {
  for await (const entry of retained.stream('events')) replay.feed(entry);
  replay.finish();
  const court = new Court(replay.engine, documents);
  const ledger = await retained.ledger();
  court.firings(ledger);
  const jobs = await retained.jobs(queuesOf(documents), TAKEN);
  const deserved = court.jobs(ledger, jobs);
  const { letters, takenOut } = await retained.deadLetters();
  const refused = [...replay.refused, ...takenOut];
  court.same(
    'dead letters wrong',
    refused.map((id) => `events ${id}`),
    [...letters.keys()],
    (line) => letters.get(line) ?? '',
  );
  const counters = await retained.counters();
  const entries = replay.entries + takenOut.size;
  court.counted(entries, counters);
  const windows = court.state(await retained.state(court.lines));
  for (const fault of replay.faults) court.mistake('own entries wrong', fault);
  return {
    entries,
    applied: counters.applied ?? 0,
    duplicates: counters.duplicate ?? 0,
    parked: counters.parked ?? 0,
    dead: refused.length,
    firings: ledger.length,
    absences: ledger.filter((line) => court.isAbsence(line)).length,
    jobs: deserved,
    windows,
    mistakes: court.mistakes,
    examples: court.examples,
  };
}

/** The queues that jobs of these automations come to. */
export function queuesOf(documents: readonly Json[]): string[] {
  return [...new Set(documents.flatMap((document) => actionsOf(document).map(({ queue }) => queue)))];
}

type Planned = { queue: string; when: 'triggered' | 'resolved'; index: number };

/** The jobs a firing of that automation makes (rules 11). */
function actionsOf(document: Json): Planned[] {
  const list = (name: string): Json[] => (document[name] as Json[] | undefined) ?? [];
  const all = [
    ...list('actions').map((action) => ({ action, when: 'triggered' as const })),
    ...list('actions_on_trigger').map((action) => ({ action, when: 'triggered' as const })),
    ...list('actions_on_resolve').map((action) => ({ action, when: 'resolved' as const })),
  ];
  return all.map(({ action, when }, index) => ({
    queue: action.type === 'queue' ? String(action.queue) : 'actions',
    when,
    index,
  }));
}

export class Court {
  readonly mistakes = Object.fromEntries(MISTAKES.map((name) => [name, 0])) as Mistakes;
  readonly examples: string[] = [];
  readonly #engine: ModelEngine;
  readonly #documents: readonly Json[];
  /** Ids of the engine's own events, which differ between the two sides, to the place of their firing. */
  readonly #own = new Map<string, string>();
  readonly #absent: ReadonlySet<string>;

  constructor(engine: ModelEngine, documents: readonly Json[]) {
    this.#engine = engine;
    this.#documents = documents;
    const posture = (document: Json): unknown => (document.trigger as Json).posture;
    this.#absent = new Set(documents.filter((one) => posture(one) === 'Proactive').map(({ id }) => String(id)));
  }

  isAbsence({ automation, state }: { automation: string; state: string }): boolean {
    return state === 'triggered' && this.#absent.has(automation);
  }

  mistake(kind: Mistake, example: string): void {
    this.mistakes[kind] += 1;
    if (this.mistakes[kind] <= EXAMPLES) this.examples.push(`${kind}: ${example}`);
  }

  /** Notes what only one of two lists has, as often as it has it. */
  same(
    kind: Mistake,
    expected: readonly string[],
    found: readonly string[],
    more = (_line: string): string => '',
  ): void {
    const { missing, extra } = difference(expected, found);
    for (const line of missing) this.mistake(kind, `missing ${line}`);
    for (const line of extra) this.mistake(kind, `unexpected ${line} ${more(line)}`.trim());
  }

  firings(ledger: readonly LedgerLine[]): void {
    const { firings } = this.#engine;
    const expected = firings.map((firing) => this.#line(firing));
    const found = ledger.map((line) => this.#line(line));
    const isAbsence = (line: string): boolean => {
      const [automation, , , , state] = JSON.parse(line) as string[];
      return this.isAbsence({ automation: automation ?? '', state: state ?? '' });
    };
    const { missing, extra } = difference(expected, found);
    for (const line of missing) this.mistake(isAbsence(line) ? 'absences missing' : 'firings missing', line);
    for (const line of extra) this.mistake(isAbsence(line) ? 'absences false' : 'firings not deserved', line);
    if (missing.length + extra.length > 0) return;
    for (const [i, line] of expected.entries()) {
      if (line !== found[i]) this.mistake('firings out of order', `at ${i}: ${found[i]}, expected ${line}`);
    }
    this.#ids(firings, ledger);
  }

  /** Ids derive from content alone on both sides, so they are equal exactly where the model's are. */
  #ids(firings: readonly ModelFiring[], ledger: readonly LedgerLine[]): void {
    const there = new Map<string, string>();
    const back = new Map<string, string>();
    for (const [i, { id }] of ledger.entries()) {
      const model = firings[i]?.id ?? '';
      if ((there.get(model) ?? id) !== id || (back.get(id) ?? model) !== model) this.mistake('firing ids wrong', id);
      there.set(model, id);
      back.set(id, model);
    }
  }

  /** Exactly one job for each firing and action. @returns how many there have to be */
  jobs(ledger: readonly LedgerLine[], found: ReadonlyMap<string, readonly string[]>): number {
    const planned = new Map(this.#documents.map((document) => [String(document.id), actionsOf(document)]));
    const expected = new Map([...found.keys()].map((queue) => [queue, new Set<string>()]));
    for (const { id, automation, state } of ledger) {
      for (const { queue, when, index } of planned.get(automation) ?? []) {
        if (when === state) expected.get(queue)?.add(`f-${id}-${index}`);
      }
    }
    let count = 0;
    for (const [queue, ids] of expected) {
      count += ids.size;
      const seen = new Set<string>();
      for (const id of found.get(queue) ?? []) {
        if (!ids.has(id)) this.mistake('jobs not deserved', `${queue} ${id}`);
        else if (seen.has(id)) this.mistake('jobs twice', `${queue} ${id}`);
        seen.add(id);
      }
      for (const id of ids) if (!seen.has(id)) this.mistake('jobs missing', `${queue} ${id}`);
    }
    return count;
  }

  /** Every entry has exactly one outcome. */
  counted(entries: number, counters: Readonly<Record<string, number>>): void {
    const outcomes = ['applied', 'duplicate', 'parked', 'rejected', 'ignored', 'marked'];
    const sum = outcomes.reduce((total, word) => total + (counters[word] ?? 0), 0);
    if (sum !== entries) this.mistake('entries not applied once', `${sum} outcomes of ${entries} entries`);
  }

  readonly lines: StateLines = {
    window: ({ automation, path }, key, values) =>
      `window ${automation} ${path} ${JSON.stringify([key, ...values.map((value) => this.#event(value))])}`,
    alert: ({ automation, path }, key, values) => `alert ${automation} ${path} ${JSON.stringify([key, ...values])}`,
    kept: ({ automation, path }, key, values) => `kept ${automation} ${path} ${JSON.stringify([key, ...values])}`,
    child: ({ automation, path }, key, values) => `child ${automation} ${path} ${JSON.stringify([key, ...values])}`,
  };

  /** @returns how many windows are open */
  state(found: readonly string[]): number {
    const windows = this.#engine.openWindows();
    const expected = [
      ...windows.map((w) =>
        this.lines.window(w, w.key, [w.start, w.end, w.count, w.due, w.keepUntil, w.silent, w.lastEvent]),
      ),
      ...this.#engine
        .alerts()
        .map((a) => this.lines.alert(a, a.key, [a.start, a.missing, a.forgetAt, a.last, a.reminds])),
      ...this.#engine.kept().map((k) => this.lines.kept(k, k.key, [k.what, ...k.times, k.until])),
      ...this.#engine.storedChildren().map((c) => this.lines.child(c, c.group, [c.child, c.time, c.keepUntil])),
      ...this.#engine.parked().map((id) => `parked ${id}`),
    ];
    this.same('windows wrong', expected, found);
    return windows.length;
  }

  #event<T>(value: T): T | string {
    return typeof value === 'string' ? (this.#own.get(value) ?? value) : value;
  }

  #line({ id, automation, labels, event, children, state, triggered, reminder, collected }: LedgerLine): string {
    const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
    const brought = collected && [collected.events.map((one) => this.#event(one)), collected.counted];
    const line = JSON.stringify([
      automation,
      sorted,
      this.#event(event),
      children,
      state,
      triggered,
      reminder,
      brought,
    ]);
    this.#own.set(`s-${id}`, `@${line}`);
    return line;
  }
}

function difference(expected: readonly string[], found: readonly string[]): { missing: string[]; extra: string[] } {
  const balance = new Map<string, number>();
  for (const line of expected) balance.set(line, (balance.get(line) ?? 0) + 1);
  for (const line of found) balance.set(line, (balance.get(line) ?? 0) - 1);
  const missing: string[] = [];
  const extra: string[] = [];
  for (const [line, count] of balance) {
    for (let i = 0; i < count; i += 1) missing.push(line);
    for (let i = count; i < 0; i += 1) extra.push(line);
  }
  return { missing, extra };
}
