import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/clock.ts';
import { planOf } from '../../src/match/plan.ts';
import { TriggerIndex } from '../../src/match/trigger-index.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { keysOf } from '../../src/redis/keys.ts';
import type { Applied } from '../../src/redis/steps/apply.ts';
import { Live, type LiveNote } from '../../src/services/live.ts';
import { eventually } from '../support/eventually.ts';
import { testClient } from '../support/redis.ts';

const NOW = Date.parse('2026-03-02T09:00:00Z');

const automation = parseAutomation({
  id: 'A',
  name: 'a',
  trigger: {
    type: 'sequence',
    triggers: [
      { posture: 'Reactive', expect: ['x'] },
      { posture: 'Reactive', expect: ['x', 'y'] },
    ],
  },
});

/** A Live whose worker knows one automation, and all that it says. */
async function spoken(known = automation) {
  const channel = keysOf(`live-test-${randomBytes(6).toString('hex')}`).live;
  const redis = testClient();
  const triggerIndex = new TriggerIndex();
  triggerIndex.put(planOf(known, 1, null));
  const view = { generation: '1', triggers: triggerIndex, anyId: false, origin: '', ignored: new Set<string>() };
  const clock = new ManualClock(NOW);
  const live = new Live({ redis, channel, view: () => view, clock });
  const heard: LiveNote[] = [];
  const listener = testClient();
  listener.on('message', (_, text: string) => heard.push(...(JSON.parse(text) as LiveNote[])));
  await listener.subscribe(channel);
  await redis.ping();
  const quiet = async (): Promise<LiveNote[]> => {
    // What was published before this has been heard when this has.
    await redis.publish(channel, JSON.stringify([{ kind: 'more', outcomes: { end: 1 } }]));
    await eventually('the end is heard', () => heard.some((note) => note.kind === 'more' && note.outcomes.end));
    return heard.splice(0).slice(0, -1);
  };
  return { live, clock, quiet };
}

const entry = (i: number, name = 'x') => ({
  id: `${NOW}-${i}`,
  fields: ['event', name, 'resource.id', 'r', 'id', `e${i}`],
});
const applied = (words: string[]): Applied => ({ word: 'applied', position: '', wakeMs: null, error: '', words });

test('while nobody listens nothing is said', async () => {
  const { live, quiet } = await spoken();
  live.entries([entry(0)], applied(['applied counted counted']));
  live.listeners(1);
  live.listeners(0);
  live.entries([entry(1)], applied(['applied counted counted']));
  expect(await quiet()).toEqual([]);
});

describe('to a listener', () => {
  test('each entry is reported with the word of every trigger it met', async () => {
    const { live, quiet } = await spoken();
    live.listeners(1);
    const entries = [entry(0), entry(1, 'y'), entry(2), { id: `${NOW}-3`, fields: ['event', 'x'] }];
    live.entries(entries, applied(['applied fired counted', 'applied fired', 'duplicate', 'rejected']));
    const told = { kind: 'event', resource: 'r', occurred: '2026-03-02T09:00:00.000Z' };
    const first = { automation: 'A', trigger: '0', word: 'fired' };
    expect(await quiet()).toEqual([
      {
        ...told,
        entry: `${NOW}-0`,
        id: 'e0',
        event: 'x',
        outcome: 'applied',
        decisions: [first, { automation: 'A', trigger: '1', word: 'counted' }],
      },
      { ...told, entry: `${NOW}-1`, id: 'e1', event: 'y', outcome: 'applied', decisions: [{ ...first, trigger: '1' }] },
      { ...told, entry: `${NOW}-2`, id: 'e2', event: 'x', outcome: 'duplicate', decisions: [] },
      { kind: 'event', entry: `${NOW}-3`, outcome: 'rejected', reason: 'resource: is required', decisions: [] },
    ]);
  });

  test('words of definitions that have changed since are told without their names', async () => {
    const { live, quiet } = await spoken();
    live.listeners(1);
    live.entries([entry(0)], applied(['applied counted']));
    const [note] = await quiet();
    expect(note).toMatchObject({ decisions: [{ automation: '', trigger: '', word: 'counted' }] });
  });

  test('an event that a condition could not answer names the automation', async () => {
    const trigger = { posture: 'Reactive', expect: ['x'], where: 'payload.total > 1' };
    const { live, quiet } = await spoken(parseAutomation({ id: 'C', name: 'c', trigger }));
    live.listeners(1);
    live.entries([entry(0), entry(1, 'y')], applied(['applied', 'applied']));
    expect((await quiet()).map((note) => (note as { unanswered?: string[] }).unanswered)).toEqual([['C'], undefined]);
  });

  test('an event that follows another names it', async () => {
    const { live, quiet } = await spoken();
    live.listeners(1);
    const { id, fields } = entry(1);
    live.entries([entry(0), { id, fields: [...fields, 'follows', 'e0'] }], applied(['applied', 'parked']));
    expect((await quiet()).map((note) => (note as { follows?: string }).follows)).toEqual([undefined, 'e0']);
  });

  test('beyond a thousand entries a second the others are only counted', async () => {
    const { live, clock, quiet } = await spoken();
    live.listeners(1);
    const words = Array.from({ length: 1_100 }, (_, i) => (i < 1_050 ? 'ignored' : 'duplicate'));
    live.entries(
      words.map((_, i) => entry(i)),
      applied(words),
    );
    expect((await quiet()).map(({ kind }) => kind)).toEqual(Array(1_000).fill('event'));
    live.listeners(1);
    expect(await quiet()).toEqual([{ kind: 'more', outcomes: { ignored: 50, duplicate: 50 } }]);
    clock.moveTo(NOW + 1_000);
    live.entries([entry(0)], applied(['ignored']));
    expect((await quiet()).map(({ kind }) => kind)).toEqual(['event']);
  });
});
