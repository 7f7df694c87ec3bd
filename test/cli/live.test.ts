import { describe, expect, test } from 'vitest';
import { type LiveItem, lineOf, ordered, painter } from '../../src/cli/view/live.ts';
import type { Firing } from '../../src/model/firing.ts';
import type { Decision } from '../../src/services/live.ts';

const T = Date.parse('2026-03-02T09:00:00.000Z');

function event(id: string, ms: number, outcome = 'applied', decisions: Decision[] = []): LiveItem {
  return { kind: 'event', entry: `${T + ms}-0`, id, event: 'order.failed', resource: 'customer.7', outcome, decisions };
}

function firing(id: string, cause: string | null, ms: number, rest: Partial<Firing> = {}): LiveItem {
  const happened = {
    id: cause ?? '',
    event: 'order.failed',
    resource: { id: 'customer.7' },
    related: [],
    occurred: '',
    follows: null,
    payload: {},
    cause_chain: [],
    received: '',
  };
  const base: Firing = {
    id,
    automation: 'A',
    revision: 1,
    path: '',
    name: 'failures',
    posture: 'Reactive',
    state: 'Triggered',
    triggered: T + ms,
    decided: T + ms,
    labels: {},
    event: cause === null ? null : happened,
    children: [],
  };
  return { kind: 'firing', recorded: { entry: `${T + ms}-0`, firing: { ...base, ...rest } } };
}

function job(id: string, cause: string, ms: number): LiveItem {
  const added = new Date(T + ms).toISOString();
  return { kind: 'job', queue: 'mail', name: 'call', id, automation: 'A', firing: cause, added };
}

const nameOf = (item: LiveItem): string => {
  if (item.kind === 'firing') return item.recorded.firing.id;
  return item.kind === 'more' || item.kind === 'dropped' ? item.kind : String(item.id);
};

describe('things that came together', () => {
  test.each<[string, LiveItem[], string[]]>([
    [
      'stand as cause and effect, whichever came first',
      [job('j1', 'f1', 9), firing('f1', 'e1', 5), event('e2', 3), event('e1', 1)],
      ['e1', 'f1', 'j1', 'e2'],
    ],
    [
      'stand by their time where the cause is not among them',
      [job('j1', 'f0', 4), event('e1', 1), event('e2', 6), firing('f2', null, 5)],
      ['e1', 'j1', 'f2', 'e2'],
    ],
    [
      'stand below the first of two events with one id',
      [event('e1', 1), event('e1', 2, 'duplicate'), firing('f1', 'e1', 3)],
      ['e1', 'f1', 'e1'],
    ],
    [
      'keep the order of the firings of one event, each with its own jobs',
      [job('j2', 'f2', 5), job('j1', 'f1', 5), event('e1', 1), firing('f1', 'e1', 2), firing('f2', 'e1', 2)],
      ['e1', 'f1', 'j1', 'f2', 'j2'],
    ],
  ])('%s', (_, items, names) => {
    expect(ordered(items).map(nameOf)).toEqual(names);
  });
});

const names = new Map([['A', 'five failures']]);
const counted = { automation: 'A', trigger: '', word: 'counted' };

describe('as a line', () => {
  test.each<[string, LiveItem, string]>([
    [
      'an event has the word of each automation',
      event('e1', 5, 'applied', [counted, { automation: 'B', trigger: '1', word: 'late' }]),
      '09:00:00.005Z  event      order.failed customer.7  counted five failures · late step 2 of B',
    ],
    ['an event of nobody', event('e1', 5), '09:00:00.005Z  event      order.failed customer.7  no automation wants it'],
    ['an outcome of its own', event('e1', 5, 'ignored'), '09:00:00.005Z  ignored    order.failed customer.7'],
    [
      'what is no event says what it is',
      { kind: 'event', entry: `${T + 5}-0`, outcome: 'marked', decisions: [] },
      `09:00:00.005Z  marked     ${T + 5}-0  no event: it says how far sources are`,
    ],
    [
      'a duplicate has the id that it shares',
      event('e1', 5, 'duplicate'),
      '09:00:00.005Z  duplicate  order.failed customer.7  id e1 was there before',
    ],
    [
      'a parked event has its leader',
      { ...event('e1', 5, 'parked'), follows: 'e0' } as LiveItem,
      '09:00:00.005Z  parked     order.failed customer.7  waits for e0',
    ],
    [
      'an event that occurred long before it arrived has both',
      { ...event('e1', 5, 'applied', [{ ...counted, word: 'late' }]), occurred: '2026-03-02T08:41:00Z' } as LiveItem,
      '09:00:00.005Z  event      order.failed customer.7  late five failures  occurred 08:41:00Z, 19m earlier',
    ],
    [
      'an event that was late for a window has when it occurred, however near',
      { ...event('e1', 5, 'applied', [{ ...counted, word: 'late' }]), occurred: '2026-03-02T08:59:57Z' } as LiveItem,
      '09:00:00.005Z  event      order.failed customer.7  late five failures  occurred 08:59:57Z, 3s earlier',
    ],
    [
      'an event that arrived soon after it occurred has its arrival alone',
      { ...event('e1', 5, 'applied', [counted]), occurred: '2026-03-02T08:59:57Z' } as LiveItem,
      '09:00:00.005Z  event      order.failed customer.7  counted five failures',
    ],
    [
      'an event that occurred on another day has its date',
      { ...event('e1', 5, 'applied', [counted]), occurred: '2026-03-01T09:00:00Z' } as LiveItem,
      '09:00:00.005Z  event      order.failed customer.7  counted five failures  occurred 2026-03-01 09:00:00Z, 1d earlier',
    ],
    [
      'a rejected entry has its reason',
      { kind: 'event', entry: `${T}-0`, outcome: 'rejected', reason: 'data: is not JSON', decisions: [] },
      `09:00:00.000Z  rejected   ${T}-0  data: is not JSON`,
    ],
    [
      'a firing has its key and its event',
      firing('f1', 'e1', 5, { labels: { id: 'customer.7' } }),
      '09:00:00.005Z  FIRED      failures  id=customer.7  by order.failed customer.7',
    ],
    ['a firing without any event', firing('f1', null, 5), '09:00:00.005Z  FIRED      failures  nothing was ever seen'],
    [
      'an alert that ends',
      firing('f1', 'e1', 5, { state: 'Resolved' }),
      '09:00:00.005Z  RESOLVED   failures  by order.failed customer.7',
    ],
    [
      'a firing in shadow says so',
      firing('f1', null, 5, { shadow: true }),
      '09:00:00.005Z  FIRED      failures  nothing was ever seen  in shadow, no jobs',
    ],
    ['a job has its queue', job('j1', 'f1', 5), '09:00:00.005Z  job        call in queue mail  five failures  j1'],
    [
      'a job that waits says how long',
      { ...(job('j1', 'f1', 5) as LiveItem & { kind: 'job' }), delay: 91_800_000 },
      '09:00:00.005Z  job        call in queue mail, in 1d1h30m  five failures  j1',
    ],
    [
      'what came too fast is counted',
      { kind: 'more', outcomes: { applied: 1_200, duplicate: 3 } },
      '… and 1,203 more, too fast to show: applied 1,200, duplicate 3',
    ],
  ])('%s', (_, item, line) => {
    expect(lineOf(item, names, painter(false))).toBe(line);
  });

  const unwanted = (...why: [automation: string, why: string][]): LiveItem =>
    ({ ...event('e1', 5), unwanted: why.map(([automation, why]) => ({ automation, why })) }) as LiveItem;
  test.each<[string, LiveItem, string]>([
    ['nobody waits for its name', unwanted(), 'no automation waits for its name'],
    ['one automation wants other labels', unwanted(['A', 'labels']), 'five failures does not want its labels'],
    ['several want other labels', unwanted(['A', 'labels'], ['B', 'labels']), 'no automation wants its labels'],
    [
      'one has a condition that it fails',
      unwanted(['A', 'condition'], ['B', 'labels']),
      'it does not meet the condition of five failures',
    ],
    ['several have', unwanted(['A', 'condition'], ['B', 'condition']), 'it meets no condition'],
    [
      'one is disabled, others want other labels',
      unwanted(['A', 'disabled'], ['B', 'labels']),
      'five failures is disabled',
    ],
    ['it would want it now', unwanted(['A', 'changed'], ['B', 'labels']), 'five failures has changed since'],
    ['it would be a loop', unwanted(['A', 'causes'], ['B', 'labels']), 'five failures takes it for a loop'],
    [
      'many are disabled',
      unwanted(...['A', 'B', 'C', 'D', 'E'].map((id): [string, string] => [id, 'disabled'])),
      'five failures is disabled · B is disabled · C is disabled · 2 more are disabled',
    ],
    [
      'one counted it, another is disabled',
      {
        ...event('e1', 5, 'applied', [counted]),
        unwanted: [
          { automation: 'B', why: 'disabled' },
          { automation: 'C', why: 'labels' },
        ],
      } as LiveItem,
      'counted five failures · B is disabled',
    ],
  ])('an event says why nothing came of it: %s', (_, item, words) => {
    expect(lineOf(item, names, painter(false))).toBe(`09:00:00.005Z  event      order.failed customer.7  ${words}`);
  });

  test('it has colours only where they are asked for', () => {
    const colored = lineOf(event('e1', 5, 'applied', [counted]), names, painter(true));
    expect(colored).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    const bare = colored.replace(/\u001b\[\d+m/g, '');
    expect(bare).toBe(lineOf(event('e1', 5, 'applied', [counted]), names, painter(false)));
  });

  test('names from outside cannot move the cursor', () => {
    const item: LiveItem = { ...(event('e1', 5) as LiveItem & { kind: 'event' }), event: 'a\u001b[2J\nb' };
    expect(lineOf(item, names, painter(false))).toContain('a\\u001b[2J\\u000ab');
  });
});
