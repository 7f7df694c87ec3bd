import { describe, expect, test } from 'vitest';
import { changesOf } from '../../src/cli/changes.ts';
import { problemText } from '../../src/cli/position.ts';
import { parseAutomation } from '../../src/model/automation.ts';

const NOWHERE = { file: 'f', line: 1, column: 1, width: 1, text: '' };

const trigger = { posture: 'Reactive', expect: ['a'] };

function change(wanted: readonly unknown[], stored: readonly object[] = [], prune = false) {
  let made = 0;
  const newId = (): string => {
    made += 1;
    return `new-${made}`;
  };
  const found = wanted.map((document, i) => ({
    document,
    position: (path: string) => ({ ...NOWHERE, at: `f:${i}(${path})` }),
  }));
  const { changes, problems, warnings } = changesOf(found, stored.map(parseAutomation), { newId, prune });
  return {
    lines: changes.map(({ change, id, keys }) => [change, id, ...(change === 'updated' ? keys : [])].join(' ')),
    changes,
    problems: problems.map(problemText),
    warnings,
  };
}

describe('what is to change', () => {
  const a = { id: 'A', name: 'a', trigger };
  const b = { id: 'B', name: 'b', trigger };

  test.each<[string, unknown[], object[], string[]]>([
    ['an id that is new is created', [a], [b], ['created A']],
    ['one without id is created under a new one', [{ name: 'a', trigger }], [b], ['created new-1']],
    ['the same is unchanged', [a], [a], ['unchanged A']],
    ['a name finds its id', [{ name: 'b', trigger }], [a, b], ['unchanged B']],
    [
      'the order of keys is no change',
      [{ trigger: { expect: ['a'], posture: 'Reactive' }, name: 'a', id: 'A' }],
      [a],
      ['unchanged A'],
    ],
    [
      'a default written out is no change',
      [{ ...a, enabled: true, actions: [], allow_self_trigger: false }],
      [a],
      ['unchanged A'],
    ],
    ['a default left out is no change', [a], [{ ...a, actions_on_resolve: [] }], ['unchanged A']],
    ['an automation disabled meanwhile stays disabled', [a], [{ ...a, enabled: false }], ['unchanged A']],
    [
      'one that a document enables is enabled again',
      [{ ...a, enabled: true }],
      [{ ...a, enabled: false }],
      ['updated A enabled'],
    ],
    [
      'all keys that differ are told',
      [{ ...a, name: 'c', tags: ['x'] }],
      [{ ...a, description: 'x' }],
      ['updated A name tags description'],
    ],
    ['an id wins over a name', [{ ...a, name: 'b' }], [a, b], ['updated A name']],
    [
      'a name that is being given up is free',
      [
        { ...a, name: 'c' },
        { name: 'a', trigger },
      ],
      [a],
      ['updated A name', 'created new-1'],
    ],
    ['nothing is deleted that is in no file', [a], [a, b], ['unchanged A']],
  ])('%s', (_, wanted, stored, lines) => {
    expect(change(wanted, stored)).toMatchObject({ lines, problems: [] });
  });

  test.each<[string, unknown[], object[], string[]]>([
    ['in one file', [a, { ...b, name: 'a' }], [], ['created A', 'created B']],
    ['in two files, one after the other', [{ ...b, name: 'a' }], [a], ['created B']],
    ['for a while already', [a], [a, { ...b, name: 'a' }], ['unchanged A']],
    ['by a new name', [{ ...b, name: 'a' }], [a, b], ['updated B name']],
  ])('two of one name with ids of their own are accepted with a warning: %s', (_, wanted, stored, lines) => {
    const warnings = ['2 automations have the name "a", verbs ask for the id: A, B'];
    expect(change(wanted, stored)).toMatchObject({ lines, problems: [], warnings });
  });

  test('those that these changes have no part in, or that share a name no more, are no reason for a warning', () => {
    expect(change([b], [a, { ...a, id: 'C' }]).warnings).toEqual([]);
    expect(change([{ ...a, name: 'c' }], [a, { ...a, id: 'C' }]).warnings).toEqual([]);
    expect(change([a], [a, { ...a, id: 'C' }], true).warnings).toEqual([]);
  });

  test('the same, written in another order or another way, is unchanged', () => {
    const one = { posture: 'Reactive', expect: ['x', 'y'], match: { zone: ['q', 'z'] }, within: 600 };
    const other = { id: 't', within: '10m', match: { zone: ['z', 'q'] }, expect: ['y', 'x'], posture: 'Reactive' };
    expect(change([{ ...a, trigger: other, created: 'now' }], [{ ...a, trigger: one }]).lines).toEqual(['unchanged A']);
  });

  test('with prune all others are deleted', () => {
    expect(change([{ name: 'a', trigger }], [a, b], true).lines).toEqual(['unchanged A', 'deleted B']);
    expect(change([], [a, b], true).lines).toEqual(['deleted A', 'deleted B']);
  });

  test('what is put has its id and is otherwise as it was written', () => {
    const [created] = change([{ name: 'a', trigger, tags: [] }]).changes;
    expect(created?.document).toEqual({ id: 'new-1', name: 'a', trigger, tags: [] });
    const [updated] = change([{ name: 'a', trigger, tags: ['t'] }], [a]).changes;
    expect(updated?.document).toEqual({ id: 'A', name: 'a', trigger, tags: ['t'] });
    expect(change([a], [a]).changes[0]?.document).toBeNull();
  });

  test.each<[string, unknown[], object[], string[]]>([
    [
      'each document that breaks a rule',
      [{ name: 'x' }, 5, a, { ...b, trigger: { posture: 'reactive' } }],
      [],
      [
        'f:0(trigger): trigger: is required',
        'f:1(automation): automation: must be an object (found 5)',
        'f:3(trigger.posture): trigger.posture: must be "Reactive" or "Proactive" (found "reactive")',
      ],
    ],
    ['an id given as null', [{ ...a, id: null }], [], ['f:0(id): id: is required (found null)']],
    ['two of one id', [a, { ...b, id: 'A' }], [], ['f:1(id): id: is that of f:0(id) too (found "A")']],
    [
      'two of one name',
      [
        { name: 'a', trigger },
        { name: 'a', trigger },
      ],
      [],
      ['f:1(name): name: is that of f:0(name) too (found "a"); give each of them an id, or another name'],
    ],
    [
      'two of one name, one with an id',
      [a, { name: 'a', trigger }],
      [],
      ['f:1(name): name: is that of f:0(name) too (found "a"); give each of them an id, or another name'],
    ],
    [
      'a name that fits several',
      [{ name: 'a', trigger }],
      [a, { ...b, name: 'a' }],
      ['f:0(name): name: fits 2 automations, add an id: A, B'],
    ],
  ])('%s is a problem', (_, wanted, stored, problems) => {
    expect(change(wanted, stored).problems).toEqual(problems);
  });
});
