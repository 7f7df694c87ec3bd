import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { decodeKey } from '../../../src/match/key.ts';
import { planOf, type TriggerNode } from '../../../src/match/plan.ts';
import type { ChildFiring, Firing } from '../../../src/model/firing.ts';
import { changesSince } from '../../../src/redis/definition-changes.ts';
import type { Definition } from '../../../src/redis/definitions.ts';
import { type Store, storeOf } from '../../../src/redis/store.ts';
import { parseWindowText } from '../../../src/redis/window-text.ts';
import type { Story, WholeStory } from '../../oracle/story.ts';
import { parseKeptText } from './kept-text.ts';
import type { FiringLine, Writer } from './lines.ts';

const DUMP = readFileSync(new URL('dump.lua', import.meta.url), 'utf8');
const DUMP_SHA = createHash('sha1').update(DUMP).digest('hex');

/** Must run once on a server before `EngineState.read`. */
export async function prepareServer(redis: Redis): Promise<void> {
  await redis.script('LOAD', DUMP);
}

type Place = { node: TriggerNode; enabled: boolean; children: ReadonlyMap<string, number> };

/** Name of the trigger, key, place in the index, fields: see dump.lua. */
type State = readonly (string | null)[];
type Found = [name: string, key: string, score: string, state: State];
type Dump = [due: string[], parked: string[], found: Found[], held: string];

/** How long a finished window of a Reactive trigger is kept (rules 1). */
const KEEP_MS = 60_000;

/** How long one without `within` is kept behind its last event. */
const FORGET_MS = 30 * 86_400_000;

/** The state of a real engine, as lines to compare with those of the model. */
export class EngineState {
  readonly #redis: Redis;
  readonly #store: Store;
  readonly #automations = new Map<string, Map<string, Place>>();
  #generation = '0';
  #places = new Map<string, Place>();
  #names: string[] = [];

  constructor(redis: Redis, namespace: string) {
    this.#redis = redis;
    this.#store = storeOf(namespace);
  }

  /** To be called after every change of the definitions. */
  async refresh(): Promise<void> {
    const { changed, generation } = await changesSince(this.#redis, this.#store, this.#generation);
    this.#generation = generation;
    for (const [id, definition] of changed) {
      if (definition === null) this.#automations.delete(id);
      else this.#automations.set(id, placesOf(definition));
    }
    this.#places = new Map([...this.#automations.values()].flatMap((places) => [...places]));
    this.#names = [...this.#places].map(([name, { node }]) => (node.trigger.type === 'event' ? 'e' : 'c') + name);
  }

  /** Lines of the state, and what is wrong with the index of deadlines. */
  async read(writer: Writer): Promise<{ state: string[]; faults: string[] }> {
    const prefix = `{${this.#store.namespace}}:`;
    const [due, parked, found, held] = (await this.#redis.evalsha(DUMP_SHA, 0, prefix, ...this.#names)) as Dump;
    const look = new Look(writer);
    const timetable = new Map<string, number>();
    for (let i = 0; i < due.length; i += 2) timetable.set(due[i] ?? '', Number(due[i + 1]));
    if (Number(held) !== found.length) look.faults.push(`${found.length} keys hold state, ${held} are counted`);
    for (const name of timetable.keys()) {
      if (this.#places.get(name)?.enabled !== true) look.faults.push(`${name} is in the timetable but not enabled`);
    }
    for (const one of found) {
      const place = this.#places.get(one[0]);
      if (place === undefined) throw new Error(`nobody asked for ${one[0]}`);
      look.at(place, one, timetable.get(one[0]) ?? Number.POSITIVE_INFINITY);
    }
    for (const id of parked) look.lines.push(writer.parked(id));
    look.lines.push(writer.deadline(look.nextEnd < Number.POSITIVE_INFINITY ? look.nextEnd : null));
    return { state: look.lines, faults: look.faults };
  }
}

function placesOf({ automation, plan }: Definition): Map<string, Place> {
  const { nodes } = planOf(automation, plan.revision, plan);
  return new Map(
    nodes.map((node) => {
      const below = nodes.filter(({ parent }) => parent === node.path);
      const children = new Map(below.map(({ child, index }) => [child, index]));
      return [node.name, { node, enabled: automation.enabled, children }];
    }),
  );
}

/** One look at a whole state. */
class Look {
  readonly lines: string[] = [];
  readonly faults: string[] = [];
  /** The earliest end of a window that an absence waits for. */
  nextEnd = Number.POSITIVE_INFINITY;
  readonly #writer: Writer;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** A score may be earlier than the truth, and later only of a disabled trigger, whose keys are listed anew when it is enabled; `listed` is that of the whole trigger. */
  at(place: Place, [name, key, score, state]: Found, listed: number): void {
    const wakes =
      place.node.trigger.type === 'event' ? this.#window(place, key, state) : this.#group(place, key, state);
    const indexed = Number(score);
    if (wakes === null) this.faults.push(`${name}:${key} is in the index without a state`);
    else if (place.enabled && indexed > wakes)
      this.faults.push(`${name}:${key} wakes at ${wakes}, indexed at ${score}`);
    if (place.enabled && listed > indexed) this.faults.push(`${name} is due at ${score}, in the timetable ${listed}`);
  }

  /** @returns when it must be looked at, null when there is none */
  #window({ node, enabled }: Place, key: string, [text, lastEvent = null]: State): number | null {
    const { automationId: automation, path, trigger } = node;
    if (text == null || trigger.type !== 'event') return null;
    const at = { automation, path, key: decodeKey(key, trigger.forEach.length) };
    const { open, keep, silent, alert, hold } = parseWindowText(text);
    const { memories, idle, last, ends, reminds } = parseKeptText(text);
    const proactive = trigger.posture === 'Proactive';
    let wakes = Number.POSITIVE_INFINITY;
    if (open) {
      const endless = !proactive && trigger.withinMs === 0;
      const keepUntil = proactive ? keep : open.due + (endless && !idle ? FORGET_MS : KEEP_MS);
      const due = endless ? null : open.due;
      this.lines.push(this.#writer.window({ ...at, ...open, due, keepUntil, silent: silent === true, lastEvent }));
      if (keepUntil !== null && hold === 0) wakes = keepUntil;
      if (proactive && hold === 0) {
        wakes = Math.min(wakes, open.end);
        if (enabled) this.nextEnd = Math.min(this.nextEnd, open.end);
      }
    }
    if (alert) {
      const { start, missing, until } = alert;
      const forgetAt = ends ? null : until;
      // One that would come later than the alert lives does not come (rules 17.7).
      const comes = reminds !== null && reminds <= (forgetAt ?? reminds) ? reminds : null;
      this.lines.push(this.#writer.alert({ ...at, start, missing, forgetAt, last, reminds: comes }));
      wakes = Math.min(wakes, until, reminds ?? until);
    }
    for (const { what, times, until } of memories) {
      if (times.length > 0) this.lines.push(this.#writer.kept({ ...at, what, times, until }));
      wakes = Math.min(wakes, until);
    }
    return hold > 0 || wakes < Number.POSITIVE_INFINITY ? wakes : null;
  }

  /** What is stored of former definitions of a child only has its place in the index. */
  #group({ node, children }: Place, key: string, [index, ...fields]: State): number | null {
    const { automationId: automation, path, trigger } = node;
    const group = decodeKey(key, trigger.forEach.length);
    const lines = (index ?? '').split('\n').filter((line) => line !== '');
    let wakes: number | null = null;
    for (const line of lines) {
      const [name = '', ...numbers] = line.split(' ');
      const [time = 0, , keepUntil = 0] = numbers.map(Number);
      const child = children.get(name);
      if (child !== undefined) this.lines.push(this.#writer.child({ automation, path, group, child, time, keepUntil }));
      if (!fields.includes(name)) this.faults.push(`${node.name}:${key} has no document for ${name}`);
      wakes = Math.min(wakes ?? keepUntil, keepUntil);
    }
    if (fields.length !== lines.length + 1) this.faults.push(`${node.name}:${key} has fields ${fields.join()}`);
    return wakes;
  }
}

function making({ path, story, children }: Firing | ChildFiring): WholeStory {
  if (story === undefined) throw new Error(`the firing at "${path}" has no story`);
  const { kind, ...rest } = story;
  return { path, story: { kind, ...(rest as Omit<Story, 'kind'>) }, children: children.map(making) };
}

/** A firing as the lines show it. */
export function firingLine(firing: Firing): FiringLine {
  const { id, automation, labels, event, children, state, triggered, reminder = 0, collected, counted } = firing;
  return {
    id,
    automation,
    labels,
    event: event?.id ?? null,
    children: children.length,
    state: state === 'Resolved' ? 'resolved' : 'triggered',
    triggered,
    reminder,
    making: making(firing),
    shadow: firing.shadow === true,
    collected: collected === undefined ? null : { events: collected.map((one) => one.id), counted: counted ?? 0 },
  };
}
