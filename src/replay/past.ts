import type { SetAsideCause } from '../apply/poison.ts';
import type { Labels } from '../model/event.ts';
import { msOf } from '../model/intake.ts';
import type { KeyChange } from '../redis/change.ts';
import type { ErasedEntry } from '../redis/erased.ts';
import { isAfter } from '../redis/log.ts';
import type { Agreed, Noted, StandingEngine, Stood, StoodAt } from '../redis/past.ts';

/** A change as it was made, behind the entry `position`: what stands there since, null for a deleted automation. */
export type PastChange = Readonly<{ position: string; generation: number; timeMs: number }> &
  (
    | Readonly<{ kind: 'automation'; id: string; before: StoodAt | null; after: StoodAt | null }>
    | Readonly<{ kind: Agreed; after: Stood }>
    | Readonly<{ kind: KeyChange['kind']; id: string; labels: Labels }>
  );

/** What held when the log began, and every change since, the oldest first. */
export type Past = Readonly<{
  automations: ReadonlyMap<string, StoodAt>;
  settings: Stood;
  quotas: Stood;
  generation: number;
  changes: readonly PastChange[];
  givenUp: ReadonlyMap<string, SetAsideCause | null>;
  /** Entries that were erased, by their ids; and automations that had met them in keys that stay -> the last time, in ms. */
  erased: ReadonlyMap<string, ErasedEntry>;
  met: ReadonlyMap<string, number>;
  /** Whether nothing was ever trimmed from the log: then all is exact, from the first entry on. */
  complete: boolean;
  /**
   * The entry behind which the definitions are known; what was before it is known only as far as it shows in what is retained. '0-0':
   * all of the log.
   */
  knownFrom: string;
}>;

type ChangeNoted = Exclude<Noted, { kind: 'set-aside' | 'erased' }>;

/**
 * Goes back from what stands there now, change by change, to where the log begins.
 * @param all whether the log was never trimmed, so that it is gone back to the first change of all
 */
export function pastOf(standing: StandingEngine, all: boolean): Past {
  const first = standing.first ?? standing.position;
  const automations = new Map(standing.automations);
  let { settings, quotas, generation } = standing;
  const changes: PastChange[] = [];
  let knownFrom: string | null = null;
  const records = standing.history.filter(
    (one): one is ChangeNoted => one.kind !== 'set-aside' && one.kind !== 'erased',
  );
  const { erased, met, unrecorded } = erasedIn(standing.history);
  for (const record of records.toReversed()) {
    while (unrecorded.has(generation)) generation -= 1;
    // A number that is missing: what was changed there is not known.
    if (record.generation !== generation) break;
    const before = !isAfter(first, record.position);
    if (!before && !all) {
      knownFrom = '0-0';
      break;
    }
    if (record.kind === 'begun') {
      knownFrom = before ? record.position : '0-0';
      break;
    }
    const { position, timeMs } = record;
    const at = { position, generation, timeMs };
    if (record.kind === 'automation') {
      const { id } = record;
      changes.push({ ...at, kind: 'automation', id, before: record.before, after: automations.get(id) ?? null });
      if (record.before === null) automations.delete(id);
      else automations.set(id, record.before);
    } else if ('labels' in record) {
      changes.push({ ...at, kind: record.kind, id: record.id, labels: record.labels });
    } else {
      changes.push({ ...at, kind: record.kind, after: record.kind === 'settings' ? settings : quotas });
      if (record.kind === 'settings') settings = record.before;
      else quotas = record.before;
    }
    generation -= 1;
  }
  while (unrecorded.has(generation)) generation -= 1;
  knownFrom ??= generation === 0 ? '0-0' : (changes.at(-1)?.position ?? standing.position);
  const known = knownFrom === '0-0';
  return {
    automations,
    settings,
    quotas,
    generation,
    changes: changes.reverse(),
    givenUp: givenUpIn(standing.history),
    erased,
    met,
    complete: all && known && generation === 0,
    knownFrom,
  };
}

/** `unrecorded`: generations of changes that went with their keys. */
function erasedIn(history: readonly Noted[]): Pick<Past, 'erased' | 'met'> & { unrecorded: ReadonlySet<number> } {
  const [erased, met, unrecorded] = [new Map<string, ErasedEntry>(), new Map<string, number>(), new Set<number>()];
  for (const one of history) {
    if (one.kind !== 'erased') continue;
    for (const entry of one.erased.entries) erased.set(entry.id, entry);
    for (const [id, ms] of Object.entries(one.erased.automations)) met.set(id, Math.max(ms, met.get(id) ?? 0));
    for (const generation of one.erased.generations) unrecorded.add(generation);
  }
  return { erased, met, unrecorded };
}

function givenUpIn(history: readonly Noted[]): Past['givenUp'] {
  return new Map(
    history.flatMap((one) => {
      if (one.kind !== 'set-aside') return [];
      const { position, reason, error, attempts } = one;
      return [[position, attempts === null ? null : { reason, error, attempts }] as const];
    }),
  );
}

/** When what stands at the beginning is put: with the first entry. */
export function beginningMs({ first, nowMs }: StandingEngine): number {
  return first === null ? nowMs : msOf(first);
}
