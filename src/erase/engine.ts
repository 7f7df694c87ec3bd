import type { Redis } from 'ioredis';
import { encodeKey, keyOf, labelsOfKey } from '../match/key.ts';
import { planOf, type TriggerNode } from '../match/plan.ts';
import { TriggerIndex } from '../match/trigger-index.ts';
import { type Automation, parseAutomation } from '../model/automation.ts';
import type { Labels } from '../model/event.ts';
import { type Firing, parseFiring } from '../model/firing.ts';
import { decode, type Entry, msOf, ownFormOf } from '../model/intake.ts';
import { isRecord } from '../model/record.ts';
import { changesSince } from '../redis/definition-changes.ts';
import {
  type ErasedEntry,
  forgetMuted,
  keysOfTrigger,
  neededEntries,
  noteErased,
  pagesOfStream,
  relayedTo,
  rememberedEvents,
  removeEntries,
  replaceRemembered,
  storedGroup,
} from '../redis/erased.ts';
import { clearKeyOf } from '../redis/key-changes.ts';
import { isAfter } from '../redis/log.ts';
import { mutedName } from '../redis/outcomes.ts';
import { readParked } from '../redis/parked.ts';
import { readStanding } from '../redis/past.ts';
import type { Store } from '../redis/store.ts';
import { shownJson } from '../redis/stored.ts';
import { keyOfLast } from '../redis/window-text.ts';
import { type Carrying, withoutContent } from './carrying.ts';

/** How many of each were found, and go. `waiting`: those that have to wait: not applied, not handed on, or held for their leader. */
export type ErasedCounts = {
  events: number;
  firings: number;
  keys: number;
  documents: number;
  jobs: number;
  deliveries: number;
  letters: number;
  changes: number;
  waiting: number;
};

/** Parked events that are looked at. */
const PARKED_LIMIT = 100_000;

/** Where an engine is erased from. `front`: it applies nothing, and up to `upTo` its entries have gone on. */
export type ErasedPlace = Readonly<{ redis: Redis; store: Store; upTo?: string }>;

/** What carries a label in one engine, and what has to be done about it. */
export class ErasedEngine {
  readonly #place: ErasedPlace;
  readonly #carrying: Carrying;
  readonly counts: ErasedCounts;
  readonly firings: Firing[] = [];
  readonly #entries: ErasedEntry[] = [];
  readonly #ledger: string[] = [];
  readonly #letters: string[] = [];
  readonly #changes: { id: string; generation: number }[] = [];
  readonly #keys: { automation: string; labels: Labels }[] = [];
  readonly #documents: (readonly [name: string, field: string, text: string])[] = [];
  readonly #met = new Map<string, number>();
  #upTo = '0-0';

  constructor(place: ErasedPlace, carrying: Carrying, counts: ErasedCounts) {
    this.#place = place;
    this.#carrying = carrying;
    this.counts = counts;
  }

  /** Looks for all of it, and counts. */
  async find(): Promise<void> {
    const { redis, store, upTo } = this.#place;
    const standing = await readStanding(redis, store);
    this.#upTo = upTo ?? standing.position;
    const befores = standing.history.flatMap((noted) => (noted.kind === 'automation' && noted.before) || []);
    const documents = [...standing.automations.values(), ...befores].flatMap(({ document }) => automationsIn(document));
    await this.#findEvents(documents);
    await this.#findFirings();
    await this.#findState();
    await this.#findLetters();
    await this.#findChanges();
    const { found } = await readParked(redis, store, PARKED_LIMIT);
    this.counts.waiting += found.filter(({ document }) => this.#carrying.document(shownJson(document ?? ''))).length;
  }

  async #findEvents(automations: readonly Automation[]): Promise<void> {
    const { redis, store } = this.#place;
    const known = automations.map((one) => ({ index: indexOf(one), divides: this.#carrying.divides(one.trigger) }));
    for await (const page of pagesOfStream(redis, store, 'events')) {
      for (const [id, fields] of page) {
        const entry = { id, fields };
        const decoded = decode(entry, { origin: store.origin });
        if (decoded.kind === 'rejected' && decoded.mark) continue;
        const carries =
          decoded.kind === 'event' ? this.#carrying.event(decoded.event) : this.#carrying.texts(entry.fields);
        if (!carries) continue;
        if (isAfter(id, this.#upTo)) {
          this.counts.waiting += 1;
          continue;
        }
        this.counts.events += 1;
        const moves = decoded.kind === 'event' && !decoded.own && decoded.event.follows === null;
        this.#entries.push({ id, occurred: moves ? decoded.event.occurred : null, fed: fedIn(entry) });
        if (decoded.kind !== 'event') continue;
        for (const { index, divides } of known) {
          for (const { node } of index.interested(decoded.event)) {
            const { forEach } = node.trigger;
            // What a key that goes had of it goes with the key.
            if (divides && this.#carrying.key(forEach, encodeKey(keyOf(decoded.event, forEach)))) continue;
            this.#met.set(node.automationId, Math.max(msOf(id), this.#met.get(node.automationId) ?? 0));
          }
        }
      }
    }
  }

  async #findFirings(): Promise<void> {
    const { redis, store } = this.#place;
    const [done, needed] = await Promise.all([relayedTo(redis, store), neededEntries(redis, store)]);
    for await (const page of pagesOfStream(redis, store, 'firings')) {
      for (const [id, fields] of page) {
        const firing = firingIn(fields);
        const carries = firing === null ? this.#carrying.texts(fields) : this.#carrying.firing(firing);
        if (!carries) continue;
        if (isAfter(id, done) || needed.has(id)) {
          this.counts.waiting += 1;
          continue;
        }
        this.counts.firings += 1;
        this.#ledger.push(id);
        if (firing !== null) this.firings.push(firing);
      }
    }
  }

  /** Keys with the value go as a whole; of others, documents of events that they remember lose their content. */
  async #findState(): Promise<void> {
    const { redis, store } = this.#place;
    const { changed } = await changesSince(redis, store, '0');
    for (const [, definition] of changed) {
      if (definition === null) continue;
      const { automation, plan } = definition;
      const { nodes } = planOf(automation, plan.revision, plan);
      for (const node of nodes) await this.#findKeys(automation, node);
    }
  }

  async #findKeys({ id: automation }: Automation, { name, trigger }: TriggerNode): Promise<void> {
    const { redis, store } = this.#place;
    for (const key of await keysOfTrigger(redis, store, name)) {
      const group = trigger.type === 'event' ? [] : await storedGroup(redis, store, name, key);
      if (!this.#carrying.key(trigger.forEach, key) && !group.some((text) => this.#carrying.texts([text]))) continue;
      this.counts.keys += 1;
      this.#keys.push({ automation, labels: labelsOfKey(trigger.forEach, key) });
    }
    if (trigger.type !== 'event') return;
    for (const [field, text] of await rememberedEvents(redis, store, name)) {
      const document = shownJson(text);
      if (!isRecord(document) || !this.#carrying.document(document)) continue;
      if (this.#carrying.key(trigger.forEach, keyOfLast(field))) continue;
      this.counts.documents += 1;
      this.#documents.push([name, field, JSON.stringify(withoutContent(document))]);
    }
  }

  async #findLetters(): Promise<void> {
    const { redis, store } = this.#place;
    for await (const page of pagesOfStream(redis, store, 'dead')) {
      for (const [id, fields] of page) if (this.#carrying.texts(fields)) this.#letters.push(id);
    }
    this.counts.letters += this.#letters.length;
  }

  /** What was decided of such a key. */
  async #findChanges(): Promise<void> {
    const { redis, store } = this.#place;
    const { history } = await readStanding(redis, store);
    const generations = new Set(
      history.flatMap((noted) => ('labels' in noted && this.#carrying.labels(noted.labels) ? [noted.generation] : [])),
    );
    this.#changes.length = 0;
    for await (const page of pagesOfStream(redis, store, 'history')) {
      for (const [id, fields] of page) {
        const generation = Number(fields[fields.indexOf('generation') + 1]);
        const isKey = ['clear', 'resolve'].includes(fields[fields.indexOf('kind') + 1] ?? '');
        if (isKey && generations.has(generation)) this.#changes.push({ id, generation });
      }
    }
    this.counts.changes = Math.max(this.counts.changes, this.#changes.length);
  }

  /** Removes what was found. Whatever is cut off is found by the next call, or was noted. */
  async remove(): Promise<void> {
    const { redis, store } = this.#place;
    for (const key of this.#keys) await clearKeyOf(redis, store, key).catch(ignoreMissing);
    for (const [name, field, text] of this.#documents) await replaceRemembered(redis, store, name, field, text);
    await this.#findChanges();
    const firings = this.firings.map(({ id }) => id);
    const nothing = this.#entries.length + firings.length + this.#changes.length === 0;
    if (!nothing)
      await noteErased(redis, store, this.#upTo, {
        label: this.#carrying.name,
        entries: this.#entries,
        firings,
        automations: Object.fromEntries(this.#met),
        generations: this.#changes.map(({ generation }) => generation),
      });
    await removeEntries(
      redis,
      store,
      'events',
      this.#entries.map(({ id }) => id),
    );
    await removeEntries(redis, store, 'firings', this.#ledger);
    await removeEntries(redis, store, 'dead', this.#letters);
    await removeEntries(
      redis,
      store,
      'history',
      this.#changes.map(({ id }) => id),
    );
    await forgetMuted(
      redis,
      store,
      this.firings.map(({ automation, labels }) => mutedName(automation, labels)),
    );
  }
}

/** What an entry says of the log that it was fed from, before its own fields. */
function fedIn({ fields }: Entry): string | null {
  const own = fields[0] === 'straightened' ? fields.slice(2) : fields;
  return ownFormOf(own) === 'fed' ? (own[1] ?? null) : null;
}

function firingIn(fields: readonly string[]): Firing | null {
  try {
    return parseFiring(fields);
  } catch {
    return null;
  }
}

function automationsIn(document: string): Automation[] {
  try {
    return [parseAutomation({ ...(JSON.parse(document) as Record<string, unknown>), enabled: true })];
  } catch {
    return [];
  }
}

function indexOf(automation: Automation): TriggerIndex {
  const index = new TriggerIndex();
  index.put(planOf(automation, 1, null));
  return index;
}

/** The key, or its automation, went meanwhile. */
function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && ['NotFound', 'InvalidDocument'].includes(error.name))) throw error;
}
