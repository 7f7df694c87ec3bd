import { pino } from 'pino';
import { inject, onTestFinished } from 'vitest';
import type { Watchfire } from '../../src/index.ts';
import { type SourceSpec, type StreamOfSource, streamsOf } from '../../src/model/source.ts';
import { Connections } from '../../src/redis/connection.ts';
import { readBehind } from '../../src/redis/log.ts';
import { Inlet } from '../../src/sources/inlet.ts';
import { foreignOf } from '../../src/sources/sources.ts';
import { publicSpec } from '../../src/sources/sources-file.ts';
import { StreamSource } from '../../src/sources/stream-source.ts';
import { engine } from './engine.ts';
import { freshNamespace } from './namespace.ts';
import { adminClient } from './redis.ts';

const silent = pino({ level: 'silent' });

/** A stream of orders that is no log of an engine, and the engine that has it as the source `shop`. */
export class Shop {
  readonly watchfire: Watchfire;
  /** The client of the shop. */
  readonly redis = adminClient();
  readonly stream = `{${freshNamespace({ permanent: ['*'] })}}:orders`;
  readonly more: object;
  /** The shop lets its readers do more than the engine's own user may. */
  readonly #elsewhere = new Connections(inject('adminUrl'), silent);

  constructor(more: object = {}, watchfire: Watchfire = engine()) {
    onTestFinished(() => this.#elsewhere.close());
    this.more = more;
    this.watchfire = watchfire;
  }

  get spec(): SourceSpec {
    return {
      name: 'shop',
      type: 'stream',
      stream: this.stream,
      from: 'start',
      event: 'order.{{ entry.status }}',
      resource: { id: 'customer.{{ entry.customer }}' },
      ...this.more,
    } as SourceSpec;
  }

  /** Adds an order to the stream. @param id of its entry */
  async add(status: string, customer = '7', id = '*'): Promise<string> {
    return String(await this.redis.xadd(this.stream, id, 'status', status, 'customer', customer));
  }

  /** One that brings the stream in, as a program of its own would. */
  source(): { source: StreamSource; inlet: Inlet; clock: { aheadMs: number } } {
    const [stream] = streamsOf(this.spec) as [StreamOfSource];
    const { connections, store } = this.watchfire;
    const clock = {
      aheadMs: 0,
      nowMs: () => performance.now() + clock.aheadMs,
      virtualNowMs: () => null,
      sleep: () => Promise.resolve(),
    };
    const inlet = new Inlet({
      name: stream.name,
      spec: publicSpec(stream.spec),
      stream: stream.key,
      redis: connections.redis,
      store,
      durability: null,
      admit: () => null,
    });
    const foreign = foreignOf(stream, store, { to: () => this.#elsewhere });
    return { inlet, clock, source: new StreamSource({ stream, foreign, inlet, clock, logger: silent }) };
  }

  /** Brings in all there is. */
  async bringIn(): Promise<void> {
    const { source } = this.source();
    while (await source.runOnce());
  }

  /** The events in the log of the engine, as what was sent: id in the stream, and the event. */
  async brought(): Promise<[id: string, event: Record<string, unknown>][]> {
    const { connections, store } = this.watchfire;
    const entries = await readBehind(connections.redis, store, '0-0', 10_000);
    return entries.flatMap(({ fields: [form, from = '', , data = ''] }) =>
      form === 'fed' ? [[from.split(' ')[1] ?? '', JSON.parse(data) as Record<string, unknown>]] : [],
    );
  }
}
