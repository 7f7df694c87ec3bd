import { expect } from 'vitest';
import { readBehind } from '../../src/redis/log.ts';
import { straighten } from '../../src/redis/steps/straighten.ts';
import { World } from './world.ts';

export const DAY_MS = 86_400_000;
export const LARGEST_ID = '18446744073709551615-18446744073709551615';

/** The fields of an event, with an id of its sender or without one. */
export const event = (id: string | null, extra: object = {}): string[] => [
  'data',
  JSON.stringify({ ...(id !== null && { id }), event: 'x', resource: { id: 'r' }, ...extra }),
];

/** A world in the server's time, in which entries come under ids of the test's own. */
export class IdWorld extends World {
  constructor() {
    super({ live: true });
  }

  async add(id: string, fields: string[]): Promise<string> {
    return String(await this.redis.xadd(this.store.keys.events, id, ...fields));
  }

  async nowMs(): Promise<number> {
    const [s, us] = await this.redis.time();
    return Number(s) * 1_000 + Math.floor(Number(us) / 1_000);
  }

  /** Until all ids are usable. @returns how many entries got another one */
  async straighten(limit?: number): Promise<number> {
    let moved = 0;
    for (;;) {
      const step = await straighten(this.redis, this.store, limit);
      moved += step.moved;
      if (step.word === 'straight') return moved;
    }
  }

  async ids(): Promise<string[]> {
    return (await readBehind(this.redis, this.store, '0-0', 100_000)).map(({ id }) => id);
  }

  /** The events in the log, in order, by their ids. */
  async events(): Promise<string[]> {
    const entries = await readBehind(this.redis, this.store, '0-0', 100_000);
    return entries.map(({ fields }) => JSON.parse(fields.at(-1) ?? '').id);
  }

  /** That the log takes entries, under ids of the present. */
  async isUsable(): Promise<void> {
    const nowMs = await this.nowMs();
    const id = await this.add('*', event('after'));
    expect(Number.parseInt(id, 10)).toBeGreaterThanOrEqual(nowMs);
    expect(Number.parseInt(id, 10)).toBeLessThanOrEqual(nowMs + 1_000);
  }
}
