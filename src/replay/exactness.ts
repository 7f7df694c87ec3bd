import { planOf, storedPlan } from '../match/plan.ts';
import type { Automation } from '../model/automation.ts';
import { msOf } from '../model/intake.ts';
import type { EventTrigger, Trigger } from '../model/trigger.ts';
import { followWaitIn } from '../redis/settings.ts';
import type { Chunk } from '../redis/wire.ts';
import type { Retained } from './live.ts';
import type { Past } from './past.ts';
import type { Played } from './player.ts';

/** Rules 1, in ms: keep, forget, seen memory, lag limit. */
const KEEP_MS = 60_000;
const FORGET_MS = 30 * 24 * 3_600_000;
const MEMORY_MS = 30 * 60_000;
const LAG_LIMIT_MS = 15 * 60_000;

/** From where on a replay is what was: behind the entry `position`, for what fires later than `ms`. null: nowhere in this log. */
export type ExactFrom = Readonly<{ position: string; ms: number }> | null;

/** What is known of an automation whose state at the beginning of the log is not. */
type Track = {
  /** For how long state of a silent key goes on, at most. */
  horizonMs: number;
  /** Where unknown state may begin; what comes later than the horizon behind it meets none. */
  sinceMs: number;
  /** Unknown until then whatever comes. */
  untilMs: number;
  /** Keys that may have met unknown state -> the last time they did. */
  readonly keys: Map<string, number>;
  /** Before this nothing needs to be looked at again. */
  lookMs: number;
  from: ExactFrom;
};

/**
 * Says of each automation from where on a replay is exact. A log that was trimmed does not say what was open when it begins: windows,
 * counts, alerts. What is unknown of a key is gone once it has been silent for longer than any of it lasts.
 * Everything is taken for the worse within a call, so that the answer may come later than the truth and never before it.
 */
export class Exactness {
  readonly #tracks = new Map<string, Track>();
  readonly #complete: boolean;
  readonly #frontMs: number;
  /** How long an event waited for another one, at most. */
  readonly #waitMs: number;
  /** As_of of what was played last, in ms; null while the clock of the log is not known. */
  #asOf: number | null = null;

  /** Whether a quota kept keys from their windows: which ones hangs on all that held state, so nothing is exact then. */
  readonly #unsure: boolean;

  /** Up to when the log tells of its sources, in ms; those of which it does not yet. */
  readonly #reached = new Map<string, number>();
  readonly #unheard: Set<string>;
  readonly #givenUp: Past['givenUp'];
  readonly #met: Past['met'];

  constructor(retained: Retained) {
    const { complete } = retained.past;
    this.#complete = complete;
    this.#unsure = !complete && retained.standing.refused > 0;
    this.#frontMs = retained.frontMs;
    this.#waitMs = longestWaitMs(retained.past);
    this.#unheard = new Set(retained.sources);
    this.#givenUp = retained.past.givenUp;
    this.#met = retained.past.met;
  }

  /** An automation that stood there already. */
  stood({ id, trigger }: Automation): void {
    const horizon = horizonMs(trigger, true);
    const met = this.#met.get(id);
    if (met !== undefined) {
      this.#doubt(id, trigger, met);
      return;
    }
    // An event that waited when the log began holds absences until it is back.
    const untilMs = hasAbsence(trigger) ? this.#frontMs + this.#waitMs + horizon : 0;
    this.#tracks.set(id, {
      horizonMs: horizon,
      sinceMs: this.#frontMs,
      untilMs: this.#unsure ? Number.POSITIVE_INFINITY : untilMs,
      keys: new Map(),
      lookMs: 0,
      from: this.#complete ? ALWAYS : null,
    });
  }

  /** Events that it had met were erased, the last one at that time: what was of them may go on. Of an alert nothing is known. */
  #doubt(id: string, trigger: Trigger, metMs: number): void {
    const untilMs = this.#unsure || keepsAlerts(trigger) ? Number.POSITIVE_INFINITY : metMs + horizonMs(trigger, true);
    const horizon = horizonMs(trigger, true);
    this.#tracks.set(id, {
      horizonMs: horizon,
      sinceMs: Math.max(metMs, this.#frontMs),
      untilMs,
      keys: new Map(),
      lookMs: 0,
      from: null,
    });
  }

  /** It was put, replaced or deleted behind `position`. */
  changed(before: Automation | null, after: Automation | null, position: string, atMs: number): void {
    const id = (before ?? after)?.id ?? '';
    const known = this.#tracks.get(id);
    const met = this.#met.get(id);
    if (after !== null && met !== undefined && met > atMs) {
      this.#doubt(id, after.trigger, met);
      return;
    }
    if (after === null || known?.from) return;
    if (before !== null && known !== undefined && !isFresh(before, after)) {
      known.horizonMs = Math.max(known.horizonMs, horizonMs(after.trigger, true));
      return;
    }
    const sure = !this.#unsure && this.#asOf !== null;
    this.#tracks.set(id, {
      horizonMs: horizonMs(after.trigger, true),
      sinceMs: Number.NEGATIVE_INFINITY,
      untilMs: this.#unsure ? Number.POSITIVE_INFINITY : atMs,
      keys: new Map(),
      lookMs: 0,
      from: this.#complete ? ALWAYS : sure ? { position, ms: atMs } : null,
    });
  }

  played({ chunk, entries, clock }: Played): void {
    const last = entries.at(-1);
    if (last === undefined) return;
    const open = [...this.#tracks.values()].some(({ from }) => from === null);
    const lastMs = msOf(last.id);
    if (open) this.#touch(chunk, lastMs);
    this.#hearOfSources(chunk);
    const { newest, arrival } = clock;
    if (newest === null || arrival === null || newest <= this.#frontMs || this.#unheard.size > 0) return;
    this.#asOf = this.#held(lastMs) - Math.min(Math.max(arrival - newest, 0), LAG_LIMIT_MS);
    if (open) this.#look(last.id, lastMs);
  }

  #hearOfSources({ entries }: Chunk): void {
    for (const { entry, moves = [] } of entries) {
      // What claims in vain to be the engine's says nothing.
      if (this.#givenUp.has(entry)) continue;
      for (const { form, source, ms } of moves) {
        this.#unheard.delete(source);
        if (form === 'closed') this.#reached.delete(source);
        else this.#reached.set(source, Math.max(ms, this.#reached.get(source) ?? ms));
      }
    }
  }

  /** The time of the log where a clock says `ms`: as lua/include/sources.lua has it. */
  #held(ms: number): number {
    const least = Math.min(...this.#reached.values());
    return ms <= least ? ms : Math.max(least, ms - LAG_LIMIT_MS);
  }

  #touch({ triggers, entries }: Chunk, lastMs: number): void {
    for (const entry of entries) {
      if (!('digest' in entry)) continue;
      // It may be a copy of one from before, belong into what was then, or follow what is not seen any more.
      const memory = entry.received <= this.#frontMs + MEMORY_MS;
      const isCopy = memory && !entry.own && !entry.id.startsWith('entry-');
      const doubt = entry.t <= this.#frontMs || isCopy || (memory && entry.follows !== undefined);
      for (const { trigger, key } of entry.matches) {
        const met = triggers[trigger - 1];
        const track = met === undefined ? undefined : this.#tracks.get(met.automation);
        if (met === undefined || track === undefined || track.from !== null) continue;
        if (doubt) track.untilMs = Math.max(track.untilMs, lastMs + this.#waitMs + track.horizonMs);
        if (track.horizonMs !== Number.POSITIVE_INFINITY)
          this.#meet(track, `${met.name} ${met.keys[key] ?? ''}`, lastMs);
      }
    }
  }

  /** A key is met. What it may still hold of unknown state goes on with it. */
  #meet(track: Track, key: string, lastMs: number): void {
    const since = track.keys.get(key) ?? track.sinceMs;
    if (this.#asOf !== null && this.#asOf > since + track.horizonMs) track.keys.delete(key);
    else track.keys.set(key, lastMs);
  }

  #look(position: string, lastMs: number): void {
    const asOf = this.#asOf ?? 0;
    for (const track of this.#tracks.values()) {
      if (track.from !== null || asOf <= track.lookMs) continue;
      let latest = Math.max(track.untilMs, track.sinceMs + track.horizonMs);
      for (const met of track.keys.values()) latest = Math.max(latest, met + track.horizonMs);
      track.lookMs = latest;
      if (asOf <= latest) continue;
      track.from = { position, ms: lastMs };
      track.keys.clear();
    }
  }

  /** From where on each automation is exact, by its id. */
  get found(): ReadonlyMap<string, ExactFrom> {
    return new Map([...this.#tracks].map(([id, { from }]) => [id, from]));
  }
}

const ALWAYS: ExactFrom = Object.freeze({ position: '0-0', ms: Number.NEGATIVE_INFINITY });

/** Whether a replaced automation starts from nothing: no trigger is what it was, or it begins anew when it is enabled. */
function isFresh(before: Automation, after: Automation): boolean {
  const old = planOf(before, 1, null);
  const nodes = planOf(after, 2, storedPlan(old)).nodes;
  if (nodes.every(({ ownSince, treeSince }) => ownSince === 2 && treeSince === 2)) return true;
  const { trigger } = after;
  // With keys it is not known which ones had a window.
  const watches = trigger.type === 'event' && isStanding(trigger) && trigger.forEach.length === 0;
  return !before.enabled && after.enabled && watches;
}

/** The longest that held at any time since the log begins. */
function longestWaitMs({ settings, changes }: Past): number {
  const later = changes.flatMap((change) => (change.kind === 'settings' ? [change.after] : []));
  return Math.max(...[settings, ...later].map(followWaitIn));
}

function keepsAlerts(trigger: Trigger): boolean {
  return trigger.type === 'event' ? alerts(trigger) : trigger.triggers.some(keepsAlerts);
}

function hasAbsence(trigger: Trigger): boolean {
  return trigger.type === 'event' ? trigger.posture === 'Proactive' : trigger.triggers.some(hasAbsence);
}

function isStanding({ posture, after }: EventTrigger): boolean {
  return posture === 'Proactive' && after.length === 0;
}

/** For how long the state of a key that nothing meets can go on, in ms; which roots had alerts is known from the ledger. */
export function horizonMs(trigger: Trigger, isRoot: boolean): number {
  if (trigger.type !== 'event') {
    const own = (trigger.withinMs ?? FORGET_MS) + KEEP_MS;
    return trigger.triggers.reduce((sum, child) => sum + horizonMs(child, false), own);
  }
  if (isStanding(trigger)) return Number.POSITIVE_INFINITY;
  if (alerts(trigger) && !isRoot) return FORGET_MS;
  const { withinMs, threshold, distinct, sum, after, cooldownMs = 0, reset, resolve } = trigger;
  const counts = threshold > 1 || distinct !== undefined || sum !== undefined || after.length > 0;
  const window = withinMs > 0 ? withinMs + KEEP_MS : counts ? FORGET_MS : 0;
  return window + cooldownMs + (reset || resolve ? MEMORY_MS : 0);
}

/** Whether it keeps alerts. */
export function alerts({ posture, resolve }: EventTrigger): boolean {
  return resolve !== undefined || posture === 'Proactive';
}
