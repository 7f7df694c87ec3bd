import { describe, expect, test } from 'vitest';
import { compiledFields, planOf, storedPlan } from '../../src/match/plan.ts';
import { parseAutomation } from '../../src/model/automation.ts';
import { type Change, putAutomation } from '../../src/redis/steps/put-automation.ts';
import { indexFaults } from '../support/deadlines.ts';
import { automation, counting, sent, standing, watch, windows } from '../support/trigger-kinds.ts';
import { ms, seconds, World } from '../support/world.ts';

describe('a changed definition', () => {
  /** Rules 13, first row: what of a trigger is changed, and whether its window is still there. */
  const changes: [what: string, trigger: object, rest: object, kept: boolean][] = [
    ['nothing', {}, {}, true],
    ['the name', {}, { name: 'B' }, true],
    ['description and tags', {}, { description: 'd', tags: ['t'] }, true],
    [
      'the actions',
      {},
      { actions: [{ type: 'call' }], actions_on_trigger: [], actions_on_resolve: [{ type: 'call' }] },
      true,
    ],
    ['allow_self_trigger', {}, { allow_self_trigger: true }, true],
    ['the id of the trigger', { id: 't' }, {}, true],
    [
      'only how it is written',
      {
        type: 'event',
        within: 'PT1M',
        expect: ['x', 'x'],
        match: { zone: ['z'] },
        match_related: { kind: ['k', 'k'] },
        after: [],
      },
      {},
      true,
    ],
    ['posture', { posture: 'Proactive' }, {}, false],
    ['threshold', { threshold: 2 }, {}, false],
    ['within', { within: 61 }, {}, false],
    ['match', { match: { zone: ['z', 'y'] } }, {}, false],
    ['match, the label', { match: { id: 'r' } }, {}, false],
    ['match_related', { match_related: [] }, {}, false],
    ['after', { after: ['a'] }, {}, false],
    ['expect', { expect: ['x', 'y'] }, {}, false],
    ['for_each', { for_each: ['zone'] }, {}, false],
  ];

  test.each(changes)('of which is new: %s', async (_, trigger, rest, kept) => {
    const world = new World();
    await world.put(automation(counting));
    await world.meet('x', sent);
    const [before] = await windows(world);
    expect(before).toBe('r: [-900,60) 1 keep 120');
    await world.at(1).put(automation({ ...counting, ...trigger }, rest));
    expect(await windows(world)).toEqual(kept ? [before] : []);
  });

  test('repeat of a standing trigger may change without touching its state', async () => {
    const world = new World();
    await world.put(automation(standing));
    await world.at(10).put(automation({ ...standing, repeat: false }));
    await world.at(100).settle();
    expect(await world.told()).toEqual(['a triggered@30 -']);
  });

  test.each([
    ['nothing', {}, ['0', '1']],
    ['the name of a child', { triggers: ['x', 'y', 'changed'] }, ['0', '1']],
    ['a child that was stored', { triggers: ['changed', 'y', 'z'] }, ['1']],
    ['one child more', { triggers: ['x', 'y', 'z', 'more'] }, ['0', '1']],
    ['the order of the children', { triggers: ['y', 'x', 'z'] }, []],
    ['within', { within: 99 }, []],
    ['require', { require: 3 }, []],
    ['type', { type: 'sequence', require: undefined }, []],
    ['for_each', { for_each: ['id'] }, []],
  ])('of a composite: %s', async (_, change, kept) => {
    const leaf = (name: string) => ({ posture: 'Reactive', expect: [name] });
    const document = ({ triggers = ['x', 'y', 'z'], ...rest }: { triggers?: string[] } & object) => {
      const trigger = { type: 'compound', require: 'all', within: 100, ...rest, triggers: triggers.map(leaf) };
      return automation(JSON.parse(JSON.stringify(trigger)));
    };
    const world = new World();
    await world.put(document({}));
    await world.meet('x');
    await world.at(1).meet('y');
    await world.put(document(change));
    // The next child shows what is still there: it writes the group anew.
    await world.at(2).put(
      document({
        ...change,
        triggers: [...((change as { triggers?: string[] }).triggers ?? ['x', 'y', 'z']), 'last'],
      }),
    );
    await world.meet('last');
    const { name } = await world.node('a');
    const group = (await world.state())[`composite:${name}:`] ?? (await world.state())[`composite:${name}:r`];
    const { index, ...documents } = group as Record<string, string>;
    const children = Object.keys(documents).map((child) => child.split('.')[0]);
    expect(index?.split('\n').map((line) => line.split('.')[0])).toHaveLength(children.length);
    const last = String(((change as { triggers?: string[] }).triggers ?? ['x', 'y', 'z']).length);
    expect(children.filter((child) => child !== last)).toEqual(kept);
    expect(indexFaults(await world.state())).toEqual([]);
  });

  test('below a stored child drops what that child had fired', async () => {
    const leaf = (name: string, threshold = 1) => ({ posture: 'Reactive', expect: [name], threshold });
    const document = (threshold: number) =>
      automation({
        type: 'compound',
        require: 'all',
        within: 100,
        triggers: [{ type: 'compound', require: 'any', triggers: [leaf('x', threshold)] }, leaf('y')],
      });
    const world = new World();
    await world.put(document(1));
    await world.meet('x');
    await world.at(1).put(document(2));
    await world.meet('y');
    expect(await world.told()).toEqual([]);
  });

  test('takes with it what the former one watched', async () => {
    const world = new World();
    await world.put(automation(watch));
    await world.meet('a');
    await world.at(1).put(automation({ ...watch, within: 61 }));
    await world.at(200).settle();
    expect(await world.told()).toEqual([]);
    expect(await world.redis.exists(world.store.keys.quota_used)).toBe(0);
  });

  test('comes back with nothing of what it had before', async () => {
    const world = new World();
    await world.put(automation(counting));
    await world.meet('x', sent);
    await world.put(automation({ ...counting, threshold: 5 }));
    await world.put(automation(counting));
    expect(await windows(world)).toEqual([]);
  });
});

describe('before a change', () => {
  test('what is due is settled with the old definition, what is not goes on with the new one', async () => {
    const world = new World();
    await world.put(automation({ ...watch, for_each: ['id'] }, { name: 'old' }));
    await world.meet('a', { resource: 'p' });
    await world.at(1).meet('a', { resource: 'q' });
    await world.at(60).put(automation({ ...watch, for_each: ['id'] }, { name: 'new' }));
    await world.at(61).settle();
    expect(
      (await world.firings()).map((f) => `${f.name} ${f.labels.id} ${seconds(f.triggered)} ${f.revision}`),
    ).toEqual(['old p 60 1', 'new q 61 2']);
  });

  test('time has come no further than the next entry', async () => {
    const world = new World();
    await world.put(automation(watch));
    await world.meet('a', { id: 'a1' });
    await world.at(59).send('x');
    await world.at(100).put(automation({ ...watch, within: 61 }));
    await world.drain();
    expect(await world.told()).toEqual([]);
    expect(await windows(world)).toEqual([]);
  });

  test('as many obligations as one call may settle, then the rest; others may come in between', async () => {
    const told: string[][] = [];
    for (const limit of [1, 500]) {
      const world = new World();
      await world.put(automation({ ...watch, for_each: ['id'] }));
      for (const resource of ['p', 'q', 's']) await world.meet('a', { resource });
      const plan = planOf(parseAutomation(automation(watch)), 2, null);
      const change: Change = {
        generation: '1',
        id: 'a',
        revision: '2',
        enabled: true,
        resumes: false,
        listens: false,
        queues: [],
        gone: [(await world.node('a')).name],
        triggers: plan.nodes.map((node) => ({ name: node.name, fresh: true, fields: compiledFields(plan, node) })),
      };
      const words: string[] = [];
      world.at(60);
      while (words.at(-1) !== 'changed') {
        const answer = await putAutomation(
          world.redis,
          world.store,
          change,
          '{}',
          JSON.stringify(storedPlan(plan)),
          limit,
        );
        words.push(answer.word);
      }
      expect(words).toHaveLength(limit === 1 ? 3 : 1);
      told.push(await world.told());
    }
    expect(told[0]).toHaveLength(3);
    expect(told[1]).toEqual(told[0]);
  });

  test('a change worked out against another generation changes nothing', async () => {
    const world = new World();
    await world.put(automation(watch));
    await world.meet('a');
    world.at(60);
    const before = await world.state();
    const change: Change = {
      generation: '0',
      id: 'a',
      revision: '1',
      enabled: true,
      resumes: false,
      gone: [],
      triggers: [],
      listens: false,
      queues: [],
    };
    expect(await putAutomation(world.redis, world.store, change, '{}', '{}')).toMatchObject({
      word: 'stale-definitions',
    });
    expect(await world.state()).toEqual(before);
  });
});

test('every document is kept under its revision, and each that was replaced is listed with the time', async () => {
  const world = new World();
  for (let i = 1; i <= 25; i += 1) await world.at(i).put(automation(watch, { name: `A${i}` }));
  const state = await world.state();
  const kept = state['automation:a'] as Record<string, string>;
  const revisions = Array.from({ length: 25 }, (_, i) => String(i + 1));
  expect(Object.keys(kept).filter((field) => /^\d+$/.test(field))).toEqual(revisions);
  expect(kept).toMatchObject({ current: '25', enabled: '1', position: '0-0', at: String(ms(25)) });
  expect(JSON.parse(kept['25'] ?? '')).toMatchObject({ name: 'A25' });
  const replaced = revisions.slice(0, -1).map((revision) => [`${revision}:a`, ms(Number(revision) + 1)]);
  expect(state.outdated).toEqual(Object.fromEntries(replaced));
});

test('a document is listed as replaced no earlier than the last firing was recorded', async () => {
  const world = new World();
  await world.put(automation(watch));
  await world.redis.xadd(world.store.keys.firings, `${ms(500)}-7`, 'firing', 'f');
  await world.at(10).put(automation(watch, { name: 'B' }));
  expect((await world.state()).outdated).toEqual({ '1:a': ms(500) });
});

test.each([
  ['any event', { posture: 'Reactive' }, true],
  ['the engine’s events by name', { posture: 'Reactive', expect: ['automation.triggered'] }, true],
  ['by pattern', { posture: 'Reactive', expect: ['automation.r*'] }, true],
  ['by negation', { posture: 'Reactive', expect: ['!x'] }, true],
  ['armed by them', { ...watch, after: ['automation.resolved'] }, true],
  ['below a composite', { type: 'sequence', triggers: [{ posture: 'Reactive', expect: ['automation.*'] }] }, true],
  ['others only', { posture: 'Reactive', expect: ['x', 'automation', 'Automation.triggered'] }, false],
])('automations that want state-change events are known: %s', async (_, trigger, listens) => {
  const world = new World();
  await world.put(automation(trigger));
  expect((await world.state()).listeners).toEqual(listens ? ['a'] : undefined);
  await world.put(automation(trigger, { enabled: false }));
  expect((await world.state()).listeners).toBeUndefined();
});

test('queues are known by the last change that named them, also when no automation names them any more', async () => {
  const world = new World();
  const to = (...queues: string[]) => ({ actions: queues.map((queue) => ({ type: 'queue', queue })) });
  await world.put(automation(watch, to('mail', 'post')));
  await world.put({ ...automation(watch, { actions_on_resolve: [{ type: 'call' }] }), id: 'b' });
  await world.put(automation(watch, to('mail')));
  await world.remove('a');
  expect((await world.state()).queues).toEqual({ actions: 2, mail: 3, post: 1 });
});
