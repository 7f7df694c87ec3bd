import type { Entry } from '../../src/model/intake.ts';
import { readBehind } from '../../src/redis/log.ts';
import { type Fed, feed } from '../../src/redis/steps/feed.ts';
import { openSource } from '../../src/redis/steps/open-source.ts';
import { World } from './world.ts';

/** A source and an engine whose log is fed from it, in one virtual time that tests move by `at` of both. */
export class FedWorld {
  readonly source = new World();
  readonly target = new World();
  readonly name: string;
  /** Up to here the target is fed, as the last call said. */
  mark = '0-0';

  constructor(name = 'front') {
    this.name = name;
  }

  /** With the source open from the beginning. */
  static async opened(name?: string): Promise<FedWorld> {
    const world = new FedWorld(name);
    await openSource(world.target.redis, world.target.store, { source: world.name, from: '0-0' });
    return world;
  }

  at(time: number): this {
    this.source.at(time);
    this.target.at(time);
    return this;
  }

  /** Entries of the source behind an id. */
  async behind(id = this.mark): Promise<Entry[]> {
    return await readBehind(this.source.redis, this.source.store, id, 1_000);
  }

  /** One call, with these entries. */
  async call(entries: readonly Entry[], from = this.mark, to = entries.at(-1)?.id ?? from): Promise<Fed> {
    const fed = await feed(this.target.redis, this.target.store, { source: this.name, from, to, entries });
    if (fed.word === 'fed') this.mark = fed.mark;
    return fed;
  }

  /** Feeds all that the source has. */
  async feed(): Promise<void> {
    const entries = await this.behind();
    if (entries.length > 0) await this.call(entries);
  }

  /** The entries of the target's log, each as text. */
  async log(): Promise<string[]> {
    const entries = await readBehind(this.target.redis, this.target.store, '0-0', 1_000);
    return entries.map(({ fields }) => fields.join(' '));
  }
}
