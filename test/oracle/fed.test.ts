import { expect, test } from 'vitest';
import type { Entry } from '../../src/model/intake.ts';
import { readBehind } from '../../src/redis/log.ts';
import { closeSource } from '../../src/redis/steps/close-source.ts';
import { feed } from '../../src/redis/steps/feed.ts';
import { markFed } from '../../src/redis/steps/mark-fed.ts';
import { openSource } from '../../src/redis/steps/open-source.ts';
import { extent, seedOfRun } from '../rigs/extent.ts';
import { ms, World } from '../support/world.ts';
import { ModelEngine } from './engine.ts';
import { readEntry } from './event.ts';
import { Log } from './log.ts';

const RUNS = extent('runs', 12);
const first = seedOfRun();

const trigger = (more: object) => ({ for_each: ['id'], within: 20, ...more });
const AUTOMATIONS = [
  trigger({ posture: 'Proactive', after: ['a'], expect: ['b'] }),
  trigger({ posture: 'Proactive', expect: ['b'], threshold: 2 }),
  { posture: 'Proactive', expect: ['b'], within: 15 },
  trigger({ posture: 'Reactive', expect: ['a', 'b'], threshold: 3 }),
  {
    type: 'sequence',
    within: 60,
    for_each: ['id'],
    triggers: [trigger({ posture: 'Proactive', after: ['a'], expect: ['b'] }), trigger({ expect: ['c'] })],
  },
].map((one, i) => ({ id: `a${i}`, name: `a${i}`, trigger: one }));

/** Numbers below `most` by a seed. */
function randomOf(seed: number): (most: number) => number {
  let state = seed | 0;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * most);
  };
}

type Source = { world: World; name: string; mark: string };

/** One random history of two sources and an engine that they feed, by the engine and by the model. */
class FedHistory {
  readonly target = new World();
  readonly #log = new Log();
  readonly model = new ModelEngine(this.#log);
  readonly #under: (most: number) => number;
  readonly #sources: Source[] = ['front', '3'].map((name) => ({ world: new World(), name, mark: '0-0' }));
  #second = 0;

  constructor(seed: number) {
    this.#under = randomOf(seed);
  }

  async play(): Promise<void> {
    for (const automation of AUTOMATIONS) {
      await this.target.put(automation);
      this.model.put(automation, ms(0));
    }
    for (const source of this.#sources) await this.#open(source);
    for (let step = 0; step < 60; step += 1) await this.#step();
    for (const { name } of this.#sources) {
      await closeSource(this.target.redis, this.target.store, name);
      this.#log.mark([{ source: name, ms: null }], ms(this.#second));
    }
    await this.#apply();
    this.target.at(5_000);
    await this.target.settle();
    this.model.tick(ms(5_000));
  }

  async #step(): Promise<void> {
    this.#second += this.#under(5);
    for (const { world } of [...this.#sources, { world: this.target }]) world.at(this.#second);
    for (const source of this.#sources) {
      if (this.#under(3) > 0) await this.#send(source);
      if (this.#under(3) === 0) await this.#feed(source);
    }
    if (this.#under(4) === 0) await this.#mark();
    if (this.#under(2) === 0) await this.#apply();
    if (this.#under(3) === 0) await this.target.settle();
    if (this.#under(3) === 0) this.model.tick(ms(this.#second));
  }

  async #open({ name }: Source): Promise<void> {
    await openSource(this.target.redis, this.target.store, { source: name, from: '0-0' });
    this.#log.mark([{ source: name, ms: 0 }], ms(this.#second));
  }

  async #send({ world }: Source): Promise<void> {
    const late = this.#under(4) === 0 ? { t: this.#second - this.#under(8) } : {};
    const id = `e${this.#under(1_000_000)}`;
    await world.send('aabbc'[this.#under(5)] ?? 'a', { id, resource: `r${this.#under(3)}`, ...late });
  }

  /** Feeds some of what the source has. */
  async #feed(source: Source): Promise<void> {
    const { world, name, mark } = source;
    const behind = await readBehind(world.redis, world.store, mark, 100);
    const entries = behind.slice(0, 1 + this.#under(behind.length + 1));
    const to = entries.at(-1)?.id;
    if (to === undefined) return;
    await feed(this.target.redis, this.target.store, { source: name, from: mark, to, entries });
    for (const entry of entries) this.#model(name, entry);
    source.mark = to;
  }

  #model(source: string, { id, fields }: Entry): void {
    const event = readEntry(id, fields);
    if ('reason' in event) throw new Error(event.reason);
    this.#log.append(event, ms(this.#second), true, [{ source, ms: Number.parseInt(id, 10) }]);
  }

  async #mark(): Promise<void> {
    const promises: { source: string; from: string; to: string; reachedMs: number }[] = [];
    for (const { world, name, mark } of this.#sources) {
      const more = await readBehind(world.redis, world.store, mark, 1);
      if (more.length === 0) promises.push({ source: name, from: mark, to: mark, reachedMs: ms(this.#second) });
    }
    const before = await this.#last();
    if ((await markFed(this.target.redis, this.target.store, promises)) !== 'marked') return;
    const [added] = await readBehind(this.target.redis, this.target.store, before, 1);
    const told = (added?.fields ?? []).filter((_, i) => i % 2 === 1).map((text) => text.split(' '));
    this.#log.mark(
      told.map(([source = '', reached]) => ({ source, ms: Number(reached) })),
      ms(this.#second),
    );
  }

  async #last(): Promise<string> {
    const [newest] = await this.target.redis.xrevrange(this.target.store.keys.events, '+', '-', 'COUNT', 1);
    return newest?.[0] ?? '0-0';
  }

  async #apply(): Promise<void> {
    await this.target.drain();
    this.model.applyAll(ms(this.#second));
  }
}

test(`an engine that is fed does what the model does, whenever either runs (${RUNS} runs from seed ${first})`, async () => {
  let fired = 0;
  for (let seed = first; seed < first + RUNS; seed += 1) {
    const history = new FedHistory(seed);
    await history.play();
    const firings = await history.target.firings();
    const engine = firings.map(({ automation, state, triggered, labels, event }) =>
      [automation, state.toLowerCase(), triggered, Object.values(labels).join(), event?.id ?? '-'].join(' '),
    );
    const model = history.model.firings.map(({ automation, state, triggered, labels, event }) =>
      [automation, state, triggered, Object.values(labels).join(), event ?? '-'].join(' '),
    );
    expect({ seed, engine }).toEqual({ seed, engine: model });
    fired += engine.length;
  }
  expect(fired).toBeGreaterThan(RUNS);
});
