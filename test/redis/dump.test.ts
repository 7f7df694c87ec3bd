import type { Redis } from 'ioredis';
import { expect, test } from 'vitest';
import { type RestoredDump, restoreDump } from '../support/dump.ts';
import { freshNamespace, keysIn } from '../support/namespace.ts';
import { adminClient } from '../support/redis.ts';

// Names of keys, fields and values stand here as version 0.1.0 wrote them: what later versions call them is no concern of this file.

type Fields = Record<string, string>;

/** Every kind of key, by the first part of its name, with its type; BullMQ's keys are looked at by themselves. */
const KINDS: Readonly<Record<string, string>> = {
  attempts: 'hash',
  audit: 'hash',
  automation: 'hash',
  automations: 'hash',
  bucket: 'hash',
  changes: 'zset',
  clock: 'hash',
  composite: 'hash',
  counters: 'hash',
  dead: 'stream',
  due: 'zset',
  events: 'stream',
  firings: 'stream',
  followers: 'zset',
  garbage: 'zset',
  generation: 'string',
  held: 'hash',
  limits: 'hash',
  listeners: 'set',
  'parked:': 'hash',
  parked: 'zset',
  plans: 'hash',
  position: 'string',
  'seen:': 'hash',
  seen: 'string',
  trigger: 'hash',
  windows: 'zset',
  'worker:': 'hash',
  workers: 'zset',
};

/** Keys with less left than this can be gone before they are looked at. */
const SHORT_MS = 60_000;

/** A dump in a namespace of the test's own, and hands to look at it. */
class Dumped {
  readonly redis: Redis = adminClient();
  readonly namespace = freshNamespace({ permanent: ['*'] });
  dump!: RestoredDump;

  static async restore(): Promise<Dumped> {
    const dumped = new Dumped();
    dumped.dump = await restoreDump(dumped.redis, '0.1.0.json.gz', dumped.namespace);
    return dumped;
  }

  name(key: string): string {
    return `{${this.namespace}}:${key}`;
  }

  keys(start: string): string[] {
    return this.dump.keys.map(({ key }) => key).filter((key) => key.startsWith(start));
  }

  async hash(key: string): Promise<Fields> {
    return await this.redis.hgetall(this.name(key));
  }

  async stream(key: string, from = '-'): Promise<Fields[]> {
    const entries = await this.redis.xrange(this.name(key), from, '+');
    return entries.map(([, flat]) => named(flat));
  }

  async group(key: string): Promise<Fields> {
    const groups = (await this.redis.xinfo('GROUPS', this.name(key))) as unknown[][];
    expect(groups).toHaveLength(1);
    return named(groups[0] ?? []);
  }

  /** The hashes of triggers that are defined, by their state name. */
  async triggers(): Promise<Map<string, Fields>> {
    const keys = this.keys('trigger:');
    const found = await Promise.all(keys.map((key) => this.hash(key)));
    return new Map(keys.map((key, i) => [key.slice('trigger:'.length), found[i] ?? {}]));
  }

  /** Hashes of one kind whose trigger is still defined, each with that trigger. */
  async states(kind: 'bucket' | 'composite'): Promise<{ trigger: Fields; key: string; fields: Fields }[]> {
    const triggers = await this.triggers();
    const keys = this.keys(`${kind}:`);
    const found = await Promise.all(keys.map((key) => this.hash(key)));
    return keys.flatMap((key, i) => {
      const [, name = '', place = ''] = /^[a-z]+:([^:]*[^+:]*\+[^+]*\+\d+):(.*)$/s.exec(key) ?? [];
      const trigger = triggers.get(name);
      return trigger ? [{ trigger, key: place, fields: found[i] ?? {} }] : [];
    });
  }
}

function named(flat: readonly unknown[]): Fields {
  const pairs: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) pairs.push([String(flat[i]), String(flat[i + 1])]);
  return Object.fromEntries(pairs);
}

/** Names of those that are not there. */
function missing(found: Readonly<Record<string, boolean>>): string[] {
  return Object.keys(found).filter((name) => !found[name]);
}

function kindOf(key: string): string {
  const [kind = ''] = key.split(':');
  return `${kind}:` in KINDS && key !== kind ? `${kind}:` : kind;
}

test('the dump of 0.1.0 restores every key, each with its type and no longer to live than it had', async () => {
  const dumped = await Dumped.restore();
  const { redis, namespace, dump } = dumped;
  expect([dump.version, dump.engine]).toEqual(['0.1.0', '6a967b4']);
  const lasting = dump.keys.filter(({ ttlMs }) => ttlMs === null || ttlMs >= SHORT_MS);
  expect(await keysIn(redis, namespace)).toEqual(expect.arrayContaining(lasting.map(({ key }) => key)));
  const types = await Promise.all(lasting.map(({ key }) => redis.type(dumped.name(key))));
  expect(types).toEqual(lasting.map(({ type }) => type));
  const lives = await Promise.all(lasting.map(({ key }) => redis.pttl(dumped.name(key))));
  const longer = lasting.filter(
    ({ ttlMs }, i) => (lives[i] ?? 0) > (ttlMs ?? -1) || (lives[i] === -1) !== (ttlMs === null),
  );
  expect(longer).toEqual([]);
  const own = dump.keys.filter(({ key }) => !key.startsWith('bull:'));
  expect(Object.fromEntries(own.map(({ key, type }) => [kindOf(key), type]))).toEqual(KINDS);
});

test('entries of the dump wait behind its position: some held by workers that died, some read by nobody', async () => {
  const dumped = await Dumped.restore();
  const { position, positionMs, lastEntry, takenMs } = dumped.dump;
  const waiting = await dumped.redis.xrange(dumped.name('events'), `(${position}`, '+');
  expect(waiting.length).toBeGreaterThan(100);
  expect(waiting.at(-1)?.[0]).toBe(lastEntry);
  expect(positionMs).toBeLessThanOrEqual(takenMs);
  expect(await dumped.hash('clock')).toEqual({
    C: expect.stringMatching(/^\d{13}$/),
    U: expect.stringMatching(/^\d{13}$/),
  });
  // Events as JSON and as flat fields, state changes of the engine's own, followers that were let go.
  expect(new Set(waiting.map(([, [form]]) => form))).toEqual(new Set(['data', 'id', 'firing', 'released']));
  const pending = (await dumped.redis.xpending(dumped.name('events'), 'engine', '-', '+', 1_000)) as [string, string][];
  const ids = new Set(waiting.map(([id]) => id));
  expect(pending.filter(([id]) => ids.has(id)).length).toBeGreaterThan(10);
  expect(new Set(pending.map(([, consumer]) => consumer)).size).toBe(2);
  expect(Number((await dumped.group('events')).lag)).toBeGreaterThan(10);
  expect(Object.values(await dumped.hash('attempts'))).toEqual([expect.stringMatching(/^\S+ \S+ \d+ \d+$/)]);
});

test('Reactive windows of the dump count, with a key and without, armed and within 0, and finished ones wait to be forgotten', async () => {
  const dumped = await Dumped.restore();
  const now = dumped.dump.positionMs;
  const windows = (await dumped.states('bucket')).filter(({ trigger }) => trigger.posture === 'Reactive');
  const some = (what: (trigger: Fields, fields: Fields) => boolean): boolean =>
    windows.some(({ trigger, fields }) => Number(fields.count) > 0 && what(trigger, fields));
  expect(
    missing({
      keyed: some((t) => t.keyed === '1' && t.after === '0'),
      unkeyed: some((t) => t.keyed === '0'),
      armed: some((t) => t.after === '1'),
      'within 0': some((t) => t.within === '0'),
      open: some((_, w) => Number(w.end) > now),
      finished: some((t, w) => t.within !== '0' && Number(w.due) < now && Number(w.keep) > now),
      'key of two values': windows.some(({ key }) => /^[^+]+\+[^+]+$/.test(key)),
      'key with escapes': windows.some(({ key }) => key.includes(',')),
      'key with a colon': windows.some(({ key }) => key.includes(':')),
      'key beyond ASCII': windows.some(({ key }) => key === '😀'),
    }),
  ).toEqual([]);
});

test('Proactive windows of the dump are armed or stand, keyed and not, and alerts are set', async () => {
  const dumped = await Dumped.restore();
  const windows = (await dumped.states('bucket')).filter(({ trigger }) => trigger.posture === 'Proactive');
  const some = (what: (trigger: Fields, fields: Fields) => boolean): boolean =>
    windows.some(({ trigger, fields }) => what(trigger, fields));
  expect(
    missing({
      armed: some((t, w) => t.after === '1' && Number(w.end) > dumped.dump.positionMs),
      'armed and counting': some((t, w) => t.after === '1' && Number(w.count) > 0),
      'standing unkeyed': some((t, w) => t.standing === '1' && t.keyed === '0' && w.start !== undefined),
      'standing unkeyed, counting': some((t, w) => t.standing === '1' && t.keyed === '0' && Number(w.count) > 0),
      'standing keyed': some((t, w) => t.standing === '1' && t.keyed === '1' && w.keep !== undefined),
      'alert alone': some((t, w) => t.after === '1' && w.alert_start !== undefined && w.start === undefined),
      'alert of a window that stands': some((t, w) => t.standing === '1' && w.alert_start !== undefined),
      'alert once in a silence': some((t, w) => t.once === '1' && w.silent === '1' && w.alert_until !== undefined),
      'alert made up in part': some((t, w) => Number(w.alert_missing) > 0 && w.alert_missing !== t.threshold),
    }),
  ).toEqual([]);
});

test('composites of the dump have stored child firings: both kinds, with for_each and without, one below another', async () => {
  const dumped = await Dumped.restore();
  const groups = await dumped.states('composite');
  const some = (type: string, what: (trigger: Fields, fields: Fields) => boolean): boolean =>
    groups.some(({ trigger, fields }) => trigger.type === type && what(trigger, fields));
  const lines = ({ index = '' }: Fields): number => index.split('\n').length;
  expect(
    missing({
      'compound keyed': some('compound', (t) => t.names !== '[]'),
      'compound without': some('compound', (t) => t.names === '[]'),
      'sequence keyed': some('sequence', (t) => t.names !== '[]'),
      'sequence without': some('sequence', (t) => t.names === '[]'),
      'below another': some('compound', (t) => t.parent !== ''),
      'above another': some('sequence', (t) => t.automation === 'nested' && t.path === ''),
      'without within': some('compound', (t) => t.within === undefined),
      'two firings of one group': some('compound', (_, g) => lines(g) > 1),
    }),
  ).toEqual([]);
});

test('the ledger of the dump has firings that are relayed, held by a relay, and not read yet', async () => {
  const dumped = await Dumped.restore();
  const firings = await dumped.stream('firings');
  expect(new Set(firings.map(({ state }) => state))).toEqual(new Set(['Triggered', 'Resolved']));
  expect(new Set(firings.map(({ posture }) => posture))).toEqual(new Set(['Reactive', 'Proactive', '']));
  const { pending, lag } = await dumped.group('firings');
  expect(Number(pending)).toBeGreaterThan(10);
  expect(Number(lag)).toBeGreaterThan(0);
  expect(firings.length - Number(pending) - Number(lag)).toBeGreaterThan(10);
  const letters = await dumped.stream('dead');
  expect(new Set(letters.map(({ source }) => source))).toEqual(new Set(['events', 'firings', 'windows']));
});

test('BullMQ has jobs of the dump in every state', async () => {
  const dumped = await Dumped.restore();
  const mail = (state: string): string => dumped.name(`bull:mail:${state}`);
  const lists = await Promise.all(['wait', 'active'].map((state) => dumped.redis.llen(mail(state))));
  const sets = ['prioritized', 'delayed', 'completed', 'failed'];
  const counts = [...lists, ...(await Promise.all(sets.map((state) => dumped.redis.zcard(mail(state)))))];
  expect(counts.filter((count) => count === 0)).toEqual([]);
  expect(await dumped.redis.llen(dumped.name('bull:actions:wait'))).toBeGreaterThan(0);
});

test('automations of the dump are enabled, disabled, replaced and deleted', async () => {
  const dumped = await Dumped.restore();
  const known = await dumped.hash('automations');
  expect(Object.keys(await dumped.hash('plans')).sort()).toEqual(Object.keys(known).sort());
  const hashes = dumped.keys('automation:');
  const revisions = new Map(
    await Promise.all(hashes.map(async (key) => [key.slice('automation:'.length), await dumped.hash(key)] as const)),
  );
  const enabled = [...revisions].filter(([id]) => id in known).map(([, { enabled }]) => enabled);
  expect(new Set(enabled)).toEqual(new Set(['0', '1']));
  expect(Object.keys(revisions.get('renamed') ?? {}).filter((field) => /^\d+$/.test(field))).toHaveLength(3);
  const gone = dumped.dump.keys.filter(({ key, ttlMs }) => key.startsWith('automation:') && ttlMs !== null);
  expect(gone.map(({ key }) => key)).toEqual(['automation:deleted', 'automation:deleted-firing']);
  const garbage = await dumped.redis.zrange(dumped.name('garbage'), '0', '-1');
  expect(garbage.map((name) => name.split('+')[0]).sort()).toEqual(['deleted', 'deleted-firing', 'grown', 'replaced']);
  expect(garbage.filter((name) => dumped.keys(`bucket:${name}:`).length > 0)).toContain('deleted++38');
  const states = await dumped.states('bucket');
  const disabled = states.filter(({ trigger }) => revisions.get(trigger.automation ?? '')?.enabled === '0');
  expect(new Set(disabled.map(({ trigger }) => trigger.posture))).toEqual(new Set(['Reactive', 'Proactive']));
  expect(await dumped.redis.smembers(dumped.name('listeners'))).toContain('listens');
});

test('the dump has followers that wait, ids that are remembered, quotas that are set, and all counters', async () => {
  const dumped = await Dumped.restore();
  const parked = await dumped.redis.zrange(dumped.name('parked'), '0', '-1');
  expect(dumped.keys('parked:').sort()).toEqual(parked.map((id) => `parked:${id}`).sort());
  expect(parked.length).toBeGreaterThan(0);
  expect(dumped.keys('followers:').length).toBeGreaterThan(0);
  expect(JSON.parse((await dumped.redis.get(dumped.name('seen'))) ?? '[]')).toHaveLength(1);
  expect(dumped.keys('seen:').length).toBeGreaterThan(100);
  expect(await dumped.hash('limits')).toEqual({ windows_per_automation: '40', windows: '5000' });
  expect((await dumped.hash('held')).crowded).toBe('40');
  const counters = ['applied', 'duplicate', 'ignored', 'over-limit', 'parked', 'rejected'];
  expect(Object.keys(await dumped.hash('counters')).sort()).toEqual(counters);
  expect(Object.keys(await dumped.hash('audit')).sort()).toEqual(['added', 'anchor', 'deleted', 'processed']);
});
