import type { Redis } from 'ioredis';
import type { StreamEntry } from './replay.ts';

/** Entries or keys read at a time. */
const PAGE = 1_000;

/** Of an entry: what has more is set aside without being read. */
const MOST_BYTES = 2_000_000;

/** A firing as the ledger shows it, as far as the model can know it. */
export type LedgerLine = {
  id: string;
  automation: string;
  labels: Readonly<Record<string, string>>;
  /** Id of the triggering event. */
  event: string | null;
  children: number;
  state: string;
  triggered: number;
  /** 0 when it is none. */
  reminder: number;
  collected: { readonly events: readonly string[]; readonly counted: number } | null;
};

type Fields = Readonly<Record<string, string>>;

/**
 * What an engine left in Redis, read by the names in the table of keys of ARCHITECTURE.md, without any code of the engine.
 */
export class Retained {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#prefix = `{${namespace}}:`;
  }

  async *stream(name: string): AsyncGenerator<StreamEntry> {
    for (let from = '-'; ; ) {
      const page = await this.#redis.xrange(this.#prefix + name, from, '+', 'COUNT', PAGE);
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < PAGE) return;
      from = `(${last[0]}`;
    }
  }

  async ledger(): Promise<LedgerLine[]> {
    const lines: LedgerLine[] = [];
    for await (const [, flat] of this.stream('firings')) {
      const fields = recordOf(flat);
      lines.push({
        id: fields.firing ?? '',
        automation: fields.automation ?? '',
        labels: JSON.parse(fields.labels ?? '{}'),
        event: fields.event ? JSON.parse(fields.event).id : null,
        children: JSON.parse(fields.children || '[]').length,
        state: (fields.state ?? '').toLowerCase(),
        triggered: Number(fields.triggered),
        reminder: Number(fields.reminder ?? 0),
        collected: collectedOf(fields),
      });
    }
    return lines;
  }

  /** Dead letters, by what they hold, `source entry`; and the entries that were taken out of the log, because they are larger than any may be. */
  async deadLetters(): Promise<{ letters: Map<string, string>; takenOut: Set<string> }> {
    const letters = new Map<string, string>();
    const takenOut = new Set<string>();
    for await (const [, flat] of this.stream('dead')) {
      const { source, entry = '', bytes, reason, attempts } = recordOf(flat);
      const [still] = await this.#redis.xrange(`${this.#prefix}events`, entry, entry);
      const line = `${source} ${entry}`;
      const again = letters.has(line) ? 'again, ' : '';
      const told = `${again}${reason}, ${bytes ?? '?'} bytes, at attempt ${attempts}, ${still ? 'still' : 'no longer'} in the log`;
      letters.set(again ? `${line} again` : line, told);
      if (!still && Number(bytes ?? 0) > MOST_BYTES) takenOut.add(entry);
    }
    return { letters, takenOut };
  }

  /** What became of entries, as the engine counted it. */
  async counters(): Promise<Record<string, number>> {
    const counted = await this.#redis.hgetall(`${this.#prefix}counters`);
    return Object.fromEntries(Object.entries(counted).map(([word, count]) => [word, Number(count)]));
  }

  /** Ids of all jobs ever added, as often as they were: those that wait, and those that were taken out to the end. */
  async jobs(queues: readonly string[], taken: string): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const queue of queues) {
      const waiting = await this.#redis.lrange(`${this.#prefix}bull:${queue}:wait`, 0, -1);
      const gone = await this.#redis.lrange(`${this.#prefix}${taken}:${queue}`, 0, -1);
      found.set(queue, [...waiting, ...gone]);
    }
    return found;
  }

  async position(): Promise<string> {
    return (await this.#redis.get(`${this.#prefix}position`)) ?? '0-0';
  }

  /** Open windows, alerts, stored child firings and parked events, one line each as in window-lines.ts. */
  async state(lines: StateLines): Promise<string[]> {
    const found: string[] = [];
    for (const name of await this.#triggers()) {
      const packed = await this.#redis.getBuffer(`${this.#prefix}trigger:${name}`);
      if (packed === null) continue;
      const trigger = triggerOf(packed);
      const keys = await this.#redis.zrange(`${this.#prefix}deadlines:${name}`, '0', '-1');
      for (let from = 0; from < keys.length; from += PAGE) {
        const page = keys.slice(from, from + PAGE);
        const shown = trigger.isEvent
          ? await this.#windows(lines, name, trigger, page)
          : await this.#groups(lines, name, trigger, page);
        found.push(...shown);
      }
    }
    const parked = await this.#redis.zrange(`${this.#prefix}parked`, '0', '-1');
    return [...found, ...parked.map((id) => `parked ${id}`)];
  }

  async #windows(lines: StateLines, name: string, trigger: PackedTrigger, keys: readonly string[]): Promise<string[]> {
    const texts = await this.#redis.hmget(`${this.#prefix}windows:${name}`, ...keys);
    const lasts = await this.#redis.hmget(`${this.#prefix}last:${name}`, ...keys);
    return keys.flatMap((key, i) =>
      windowLines(lines, trigger, decodeKey(key, trigger.names.length), {
        text: texts[i] ?? '',
        last: lasts[i] ?? null,
      }),
    );
  }

  async #groups(lines: StateLines, name: string, trigger: PackedTrigger, keys: readonly string[]): Promise<string[]> {
    const hashes = await Promise.all(keys.map((key) => this.#redis.hgetall(`${this.#prefix}composite:${name}:${key}`)));
    return hashes.flatMap((fields, i) =>
      childLines(lines, trigger, decodeKey(keys[i] ?? '', trigger.names.length), fields),
    );
  }

  async #triggers(): Promise<string[]> {
    const start = `${this.#prefix}trigger:`;
    const found = new Set<string>();
    for await (const batch of this.#redis.scanStream({ match: `${start}*`, count: PAGE })) {
      for (const key of batch as string[]) found.add(key.slice(start.length));
    }
    return [...found];
  }
}

function collectedOf({ events, counted }: Fields): LedgerLine['collected'] {
  if (events === undefined) return null;
  return { events: (JSON.parse(events) as { id: string }[]).map(({ id }) => id), counted: Number(counted) };
}

type Place = { automation: string; path: string };

/** How both sides write their state. */
export type StateLines = {
  window: (place: Place, key: readonly string[], values: readonly (number | string | boolean | null)[]) => string;
  alert: (place: Place, key: readonly string[], values: readonly (number | null)[]) => string;
  kept: (place: Place, key: readonly string[], values: readonly (number | string)[]) => string;
  child: (place: Place, key: readonly string[], values: readonly number[]) => string;
};

/** How long a finished window of a Reactive trigger is kept (rules 1). */
const KEEP_MS = 60_000;

/** How long one without `within` is kept behind its last event. */
const FORGET_MS = 30 * 86_400_000;

/** What is packed of a trigger: texts, each behind the number of its bytes. */
type PackedTrigger = Place & { names: readonly string[]; isEvent: boolean; proactive: boolean; endless: boolean };

function triggerOf(packed: Buffer): PackedTrigger {
  const texts: string[] = [];
  for (let at = 0; at < packed.length; ) {
    const end = at + 4 + packed.readUInt32LE(at);
    texts.push(packed.toString('utf8', at + 4, end));
    at = end;
  }
  const [kind = '', automation = '', , , path = '', , , , type, names = '[]', within] = texts;
  const proactive = Number(kind) % 2 === 1;
  const isEvent = type === 'event';
  return { automation, path, names: JSON.parse(names), isEvent, proactive, endless: !proactive && within === '0' };
}

/** `[start,end) count due D keep K silent S …`, of which each part may be missing; the id of the opener comes last. */
const WINDOW = /^\[(-?\d+),(-?\d+)\) (-?[\d.e+-]+)/;

/** What stands behind a word of a text of words and numbers, as numbers; null when the word is not there. */
function behind(text: string, word: string, count = 1): number[] | null {
  const words = text.split(' ');
  const at = words.indexOf(word);
  return at < 0 ? null : words.slice(at + 1, at + 1 + count).map(Number);
}

function windowLines(
  lines: StateLines,
  trigger: PackedTrigger,
  key: readonly string[],
  stored: { text: string; last: string | null },
): string[] {
  if (stored.text === '') return [];
  // What is kept beside the window stands on a line before it.
  const [, kept = '', whole = ''] = /^(?:~(.*?)\n)?(.*)$/s.exec(stored.text) ?? [];
  const [text = ''] = whole.split(/(?:^| )opener /);
  const [, start, end, count] = (WINDOW.exec(text) ?? []).map(Number);
  const alert = behind(text, 'alert', 3);
  const found = keptLines(lines, trigger, key, kept);
  if (start === undefined && alert === null && found.length === 0 && behind(text, 'hold') === null)
    throw new Error(`no window: ${stored.text}`);
  if (start !== undefined) {
    const [due = end ?? 0] = behind(text, 'due') ?? [];
    const forgotten = due + (trigger.endless && !kept.includes('idle 1') ? FORGET_MS : KEEP_MS);
    const keepUntil = trigger.proactive ? (behind(text, 'keep')?.[0] ?? null) : forgotten;
    const last = stored.last === null ? null : String(JSON.parse(stored.last).id);
    const times = [start, end ?? null, count ?? null, trigger.endless ? null : due, keepUntil];
    found.push(lines.window(trigger, key, [...times, behind(text, 'silent')?.[0] === 1, last]));
  }
  if (alert !== null) {
    const [since = 0, missing = 0, until = 0] = alert;
    const forgotten = behind(text, 'ends') === null ? until : null;
    const reminds = behind(text, 'remind')?.[0] ?? null;
    const comes = reminds !== null && reminds <= (forgotten ?? reminds) ? reminds : null;
    found.push(lines.alert(trigger, key, [since, missing, forgotten, behind(text, 'last')?.[0] ?? null, comes]));
  }
  return found;
}

/** `quiet T U floor T U … list U T/…+T/…`: times, each with the time until which it is kept. */
function keptLines(lines: StateLines, trigger: PackedTrigger, key: readonly string[], text: string): string[] {
  const found = ['quiet', 'floor', 'recovered', 'cancelled'].flatMap((word) => {
    const times = behind(text, word, 2);
    return times === null ? [] : [lines.kept(trigger, key, [word, ...times])];
  });
  const [, until, list = '-'] = /(?:^| )list (-?\d+) (\S+)/.exec(text) ?? [];
  const times = list === '-' ? [] : list.split('+').map((one) => Number.parseInt(one, 10));
  if (times.length > 0) found.push(lines.kept(trigger, key, ['list', ...times, Number(until)]));
  return found;
}

/**
 * The field `index` has `child time number keep_until` of each child one after the other; a child is `<its index>.<revision>`.
 * Without that field each child has its own, with `[time, number, keep_until, firing]`.
 */
function childLines(lines: StateLines, place: Place, key: readonly string[], fields: Fields): string[] {
  if (fields.index === undefined) {
    return Object.entries(fields).map(([name, value]) => {
      const [time = 0, , keep = 0] = JSON.parse(value) as number[];
      return lines.child(place, key, [Number.parseInt(name, 10), time, keep]);
    });
  }
  const listed = [...(fields.index ?? '').matchAll(/(\d+)\.\S+ (-?\d+) \d+ (-?\d+)/g)];
  return listed.map(([, child, time, keep]) => lines.child(place, key, [Number(child), Number(time), Number(keep)]));
}

/** Values joined by `+`; a character up to `,` is written as `,` and the character 0x40 above. */
function decodeKey(text: string, count: number): string[] {
  if (count === 0) return [];
  return text
    .split('+')
    .map((value) => value.replace(/,(.)/gs, (_, written: string) => String.fromCharCode(written.charCodeAt(0) - 0x40)));
}

function recordOf(flat: readonly string[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (let i = 0; i + 1 < flat.length; i += 2) record[flat[i] ?? ''] = flat[i + 1] ?? '';
  return record;
}
