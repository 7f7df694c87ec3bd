import { type Automation, parseAutomation } from '../model/automation.ts';
import { type Entry, ownFormOf } from '../model/intake.ts';
import { isAfter } from '../redis/log.ts';
import type { StoodAt } from '../redis/past.ts';
import { unpark } from '../redis/scratch-log.ts';
import type { Past, PastChange } from './past.ts';
import type { Player } from './player.ts';
import { essence } from './told.ts';

/** Entries of one call, and characters of their texts: as much as the server takes in some milliseconds. */
export const CHUNK_SIZE = 200;
const CHUNK_CHARACTERS = 4_000_000;

/** A change was carried out, before it `before` stood there. */
export type OnChange = (change: PastChange, before: Automation | null, after: Automation | null) => void;

/** What the engine wrote into a log, beside what a replay would write: how many of each only one of them has. */
export type OwnEntries = { unexpected: number; lacking: number };

/**
 * Replays a recorded log: what the engine wrote then is taken where it stands, and compared with what it writes now.
 */
export class RecordedRun {
  readonly #player: Player;
  readonly #onChange: OnChange;
  readonly #tells: boolean;
  #changes: readonly PastChange[] = [];
  #next = 0;
  #givenUp: Past['givenUp'] = new Map();
  #chunk: Entry[] = [];
  #characters = 0;
  /** What was written now and is not found in the log yet; below 0: found, and not written yet. */
  readonly #written = new Map<string, number>();
  entries = 0;

  /** @param tells whether every state change is written here: then those that the log does not have are not missed */
  constructor(player: Player, onChange: OnChange, tells = false) {
    this.#player = player;
    this.#onChange = onChange;
    this.#tells = tells;
  }

  /** What stood there before the log begins, put at a time; and what is to change on the way. */
  async begin({ automations, settings, quotas, changes, givenUp }: Past, atMs: number): Promise<void> {
    this.#givenUp = givenUp;
    await begin(this.#player, { settings, quotas }, atMs);
    if (this.#tells) await this.#player.tellAll();
    const standing = [...automations].sort(([, a], [, b]) => a.revision - b.revision);
    const readable = standing.flatMap(([id, stood]): [Automation, number][] => {
      const automation = automationIn(stood);
      if (automation === null) return [];
      this.#put.add(id);
      return [[automation, stood.revision]];
    });
    await this.#player.begin(readable, atMs);
    this.#changes = changes;
  }

  /** Automations that stand there: one that cannot be read is left out. */
  readonly #put = new Set<string>();

  /** What the player told that it would have written. */
  wrote(entries: readonly Entry[]): void {
    for (const { fields } of entries) this.#count(fields, 1);
  }

  async feed(entries: readonly Entry[]): Promise<void> {
    for (const entry of entries) {
      while (this.#isDue(entry.id)) await this.#change();
      const own = this.#givenUp.has(entry.id) ? [] : ownIn(entry);
      // Whether it waited is seen when all before it is applied.
      if (own[0] === 'released') await this.#release(own);
      else if (own[0] === 'firing') this.#count(own, -1);
      this.#chunk.push(entry);
      this.entries += 1;
      for (const text of entry.fields) this.#characters += text.length;
      if (this.#chunk.length >= CHUNK_SIZE || this.#characters > CHUNK_CHARACTERS) await this.#flush();
    }
  }

  /** All that comes before an entry is applied, and changed. */
  async before({ id }: Entry): Promise<void> {
    while (this.#isDue(id)) await this.#change();
    await this.rest();
  }

  /** All that was fed is applied. */
  async rest(): Promise<void> {
    await this.#flush();
    await this.#player.rest();
  }

  /** All is applied, and all changes are made. */
  async end(): Promise<void> {
    await this.#flush();
    while (this.#next < this.#changes.length) await this.#change();
    await this.#player.rest();
  }

  /** Entries that wait still: what the engine wrote among them is found. */
  found(entries: readonly Entry[]): void {
    for (const entry of entries) if (/^(?:firing|released)$/.test(ownIn(entry)[0] ?? '')) this.#count(entry.fields, -1);
  }

  /** To be asked at the end. */
  get own(): OwnEntries {
    const own: OwnEntries = { unexpected: 0, lacking: 0 };
    for (const [text, count] of this.#written) {
      if (count < 0) own.unexpected -= count;
      else if (!(this.#tells && text.startsWith('["firing"'))) own.lacking += count;
    }
    return own;
  }

  #isDue(id: string): boolean {
    const change = this.#changes[this.#next];
    return change !== undefined && isAfter(id, change.position);
  }

  async #change(): Promise<void> {
    const change = this.#changes[this.#next];
    this.#next += 1;
    if (change === undefined) return;
    await this.#flush();
    await this.#player.rest();
    const { generation, timeMs } = change;
    if ('labels' in change) {
      await this.#player.decide(change.kind, change, generation, timeMs);
      return;
    }
    if (change.kind !== 'automation') {
      await this.#player.agree(change.kind, change.after, generation, timeMs);
      return;
    }
    const before = change.before && automationIn(change.before);
    const after = change.after && automationIn(change.after);
    this.#onChange(change, before, after);
    if (after !== null) {
      await this.#player.put(after, generation, timeMs);
      this.#put.add(change.id);
    } else if (this.#put.delete(change.id)) await this.#player.delete(change.id, generation, timeMs);
  }

  async #flush(): Promise<void> {
    const chunk = this.#chunk;
    this.#chunk = [];
    this.#characters = 0;
    await this.#player.feed(chunk);
  }

  /** An event came back: because of its leader, which this engine says as well, or because it had waited long enough. */
  async #release(own: readonly string[]): Promise<void> {
    await this.#flush();
    await this.#player.rest();
    if (!(await comesBack(this.#player, own))) this.#count(own, -1);
  }

  #count(fields: readonly string[], by: 1 | -1): void {
    const text = essence(innerOf(fields));
    const count = (this.#written.get(text) ?? 0) + by;
    if (count === 0) this.#written.delete(text);
    else this.#written.set(text, count);
  }
}

/** Takes an event out of those that wait. @returns whether it waited until now */
export async function comesBack(player: Player, [, document]: readonly string[]): Promise<boolean> {
  await player.rest();
  const id = idIn(document);
  return id !== null && (await unpark(player.redis, player.store, id));
}

/** Settings and quotas that do not have their defaults. */
export async function begin(
  player: Player,
  { settings, quotas }: Pick<Past, 'settings' | 'quotas'>,
  atMs: number,
): Promise<void> {
  if (Object.keys(settings).length > 0) await player.agree('settings', settings, 1, atMs);
  if (Object.keys(quotas).length > 0) await player.agree('quotas', quotas, 1, atMs);
}

/** The fields of an entry in the engine's form as it was written first; none of any other. */
export function ownIn({ fields }: Entry): readonly string[] {
  return ownFormOf(fields) === null ? [] : innerOf(fields);
}

/** The automation of a state-change entry; null for any other entry. */
export function firedBy(entry: Entry): string | null {
  const inner = ownIn(entry);
  return inner[0] === 'firing' ? (inner[inner.indexOf('automation') + 1] ?? null) : null;
}

/** The fields that an entry had before it was set straight. */
function innerOf(fields: readonly string[]): readonly string[] {
  return fields[0] === 'straightened' ? fields.slice(2) : fields;
}

function idIn(text = ''): string | null {
  try {
    const { id } = JSON.parse(text) as { id?: unknown };
    return typeof id === 'string' ? id : null;
  } catch {
    return null;
  }
}

/** The automation in a document of the history; null for what cannot be read, which no engine evaluates either. */
export function automationIn({ document }: StoodAt): Automation | null {
  try {
    return parseAutomation(JSON.parse(document));
  } catch {
    return null;
  }
}
