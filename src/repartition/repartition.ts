import type { Redis } from 'ioredis';
import { Conflict, InvalidDocument } from '../errors.ts';
import { partsOf } from '../inspect/parts.ts';
import { layoutText, type PartitionLayout, parseLayout, partitionNames } from '../model/partition.ts';
import { CannotRepartition } from '../redis/cannot-migrate.ts';
import { requireReadable } from '../redis/format.ts';
import { ENGINE_GROUP, FORMAT } from '../redis/keys.ts';
import { ensureGroup, readPosition } from '../redis/log.ts';
import { endOfStream, groupsOf, removeGroups, textsOf } from '../redis/movable.ts';
import { type MoveMark, moveMarkText, parseMoveMark } from '../redis/move-mark.ts';
import { clearStage, takeStage } from '../redis/stage.ts';
import { leadOver } from '../redis/steps/lead-over.ts';
import { noteFed } from '../redis/steps/note-fed.ts';
import type { Store } from '../redis/store.ts';
import { refuseBehind, refuseUnfed, refuseUnsettled, refuseWorkers } from './checks.ts';
import { copyAll, prepareCopy, prepareFront } from './copy.ts';
import { type Course, CutOff, MOVED_KINDS, type MovedKind } from './copying.ts';
import { noteFormerKeys, noteFormerPaper } from './former.ts';

export type RepartitionOptions = Readonly<{
  /** Changes nothing, and counts what would go along */
  dryRun?: boolean;
  /** Told how many things were read so far */
  onProgress?: (done: number) => void;
  /** Stops between two calls when it is aborted; the next run goes on */
  signal?: AbortSignal;
}>;

/** What was done, or would be. `counts`: what went along; zero where an earlier run had copied it. */
export type RepartitionReport = Course &
  Readonly<{ word: 'moved' | 'same' | 'cut-off'; counts: Readonly<Record<MovedKind, number>> }>;

/**
 * Leads a namespace, divided or not, with all that it keeps to other partitions, or back to one engine. No worker may live; producers may
 * go on to append to the front log. The new state is written beside the old one, which is whole until then; then it takes its place. It may
 * end at any point: the next run goes on.
 * @param to null for one engine
 * @throws WorkersAlive, CannotRepartition, WrongFormat; InvalidDocument for an empty namespace; Conflict when another run is at work
 */
export async function repartition(
  { connections: { redis }, store: front }: Readonly<{ connections: Readonly<{ redis: Redis }>; store: Store }>,
  to: PartitionLayout | null,
  options: RepartitionOptions = {},
): Promise<RepartitionReport> {
  const [text = null] = await textsOf(redis, [front.keys.format]);
  const mark = parseMoveMark(text);
  if (mark === null) await requireReadable(redis, front);
  if (text === null) throw new InvalidDocument('namespace', 'is empty: divide it by "watchfire init"', front.namespace);
  const from = mark === null ? parseLayout(text) : mark.from;
  const move = new Move(redis, front, { from, to }, options);
  if (mark?.phase === 'take') {
    if (textOf(mark.to) !== textOf(to)) throw underWay(mark);
    return await move.take(mark);
  }
  if (textOf(from) === textOf(to)) return await move.giveUp(text);
  return await move.begin(text);
}

function textOf(layout: PartitionLayout | null): string {
  return layout === null ? FORMAT : layoutText(layout);
}

function underWay({ to }: MoveMark): CannotRepartition {
  const aim = to === null ? 'one engine' : `${to.count} partitions by ${to.by}`;
  return new CannotRepartition(`the namespace is being led to ${aim}`, 'finish that');
}

/** One run. */
class Move {
  readonly #redis: Redis;
  readonly #front: Store;
  readonly #course: Course;
  readonly #options: RepartitionOptions;
  readonly #counts = Object.fromEntries(MOVED_KINDS.map((kind) => [kind, 0])) as Record<MovedKind, number>;
  #done = 0;

  constructor(redis: Redis, front: Store, course: Course, options: RepartitionOptions) {
    this.#redis = redis;
    this.#front = front;
    this.#course = course;
    this.#options = options;
  }

  /** Nothing is to be done; what an earlier run began to write is removed. @param text what stands in the format */
  async giveUp(text: string): Promise<RepartitionReport> {
    if (parseMoveMark(text) !== null && !this.#options.dryRun) {
      await this.#clear();
      await this.#mark(text, textOf(this.#course.to));
    }
    return this.#report('same');
  }

  /** @param text what stands in the format */
  async begin(text: string): Promise<RepartitionReport> {
    const { dryRun: dry = false } = this.#options;
    const cut = await this.#check();
    const mark = { phase: 'copy', ...this.#course, cut } as const;
    if (!dry) {
      await this.#mark(text, moveMarkText(mark));
      await this.#clear();
    }
    try {
      const parts = { redis: this.#redis, front: this.#front, ...this.#course, cut, dry, count: this.#count };
      const copying = await prepareCopy(parts);
      await copyAll(copying);
      if (dry) return this.#report('moved');
      await prepareFront(parts, dry);
      for (const source of copying.sources) await noteFormerKeys(copying, source);
      await noteFormerPaper(copying);
    } catch (error) {
      if (error instanceof CutOff) return this.#report('cut-off');
      throw error;
    }
    await refuseWorkers(this.#redis, this.#front, partsOf(this.#front, this.#course.from));
    const next = { ...mark, phase: 'take' } as const;
    await this.#mark(moveMarkText(mark), moveMarkText(next));
    return await this.take(next);
  }

  /** Puts what was written in the place of what there is. */
  async take(mark: MoveMark): Promise<RepartitionReport> {
    if (this.#options.dryRun) return this.#report('moved');
    for (const store of this.#stores())
      if (!(await takeStage(this.#redis, store, this.#options.signal))) return this.#report('cut-off');
    await this.#join(mark);
    await this.#mark(moveMarkText(mark), textOf(mark.to));
    return this.#report('moved');
  }

  /** @returns id in the front log up to which all is applied. @throws WorkersAlive, CannotRepartition */
  async #check(): Promise<string> {
    const [redis, front, { from }] = [this.#redis, this.#front, this.#course];
    const sources = partsOf(front, from);
    await refuseWorkers(redis, front, sources);
    for (const source of sources) await refuseUnsettled(redis, source);
    if (from === null) return await readPosition(redis, front);
    await refuseBehind(redis, front, sources);
    const cut = await endOfStream(redis, front.keys.events);
    await refuseUnfed(redis, { front, sources, layout: from, cut });
    return cut;
  }

  /** Notes at the front log who reads it from where. */
  async #join({ to, cut }: MoveMark): Promise<void> {
    const { events } = this.#front.keys;
    const names = new Set(to === null ? [] : partitionNames(to).map((name) => `feed:${name}`));
    const old = (await groupsOf(this.#redis, events)).filter((name) => {
      return name.startsWith('feed:') ? !names.has(name) : name === ENGINE_GROUP && to !== null;
    });
    await removeGroups(this.#redis, events, old);
    if (to === null) return await ensureGroup(this.#redis, events, ENGINE_GROUP, cut);
    for (const name of partitionNames(to)) await noteFed(this.#redis, this.#front, name, cut);
  }

  async #clear(): Promise<void> {
    for (const store of this.#stores()) await clearStage(this.#redis, store);
  }

  /** The front, and all partitions that there are or shall be. */
  #stores(): Store[] {
    const { from, to } = this.#course;
    const parts = [...partsOf(this.#front, from), ...partsOf(this.#front, to)];
    return [...new Map([['', this.#front], ...parts.map(({ name, store }) => [name, store] as const)]).values()];
  }

  /** @throws Conflict when something else stands there */
  async #mark(before: string, after: string): Promise<void> {
    const command = ['SET', this.#front.keys.format, after] as const;
    if ((await leadOver(this.#redis, this.#front, before, [command])) === 'other') throw new Conflict();
  }

  readonly #count = (kind: MovedKind, count: number): void => {
    if (this.#options.signal?.aborted) throw new CutOff();
    this.#counts[kind] += count;
    this.#done += count;
    this.#options.onProgress?.(this.#done);
  };

  #report(word: RepartitionReport['word']): RepartitionReport {
    return { ...this.#course, word, counts: this.#counts };
  }
}
