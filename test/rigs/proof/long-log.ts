import type { Entry } from '../../../src/model/intake.ts';

/** When the log ends; what is due by then comes out, and nothing after it. */
export const END_MS = Date.parse('2026-03-02T09:00:00Z');

const SECOND_MS = 1_000;

const reactive = (expect: string[], more: object = {}) => ({ posture: 'Reactive', expect, ...more });
const each = { for_each: ['id'] };

/** Automations of every kind. Those that hear the engine's own events hear only what others emit, or themselves up to the limit of the chain. */
const TRIGGERS: Readonly<Record<string, object>> = {
  burst: reactive(['fail'], { threshold: 3, within: 900, ...each }),
  'every-third': reactive(['pay'], { threshold: 3 }),
  armed: reactive(['done'], { after: ['start'], within: 600, threshold: 2, ...each }),
  'dead-man': { posture: 'Proactive', after: ['start'], expect: ['done'], within: 90, ...each },
  heartbeat: { posture: 'Proactive', after: ['beat'], expect: ['beat'], within: 200, for_each: ['zone'] },
  standing: { posture: 'Proactive', expect: ['rare'], within: 300 },
  'standing-keyed': { posture: 'Proactive', expect: ['beat'], within: 240, repeat: false, ...each },
  pair: { type: 'compound', require: 'all', within: 400, ...each, triggers: [reactive(['a']), reactive(['b'])] },
  'two-of-three': {
    type: 'compound',
    require: 2,
    triggers: [reactive(['fail']), { posture: 'Proactive', expect: ['pay'], within: 60 }, reactive(['a', 'b'])],
  },
  steps: {
    type: 'sequence',
    within: 900,
    ...each,
    triggers: [
      reactive(['a']),
      { type: 'compound', require: 'any', triggers: [reactive(['b']), reactive(['pay'], { threshold: 2 })] },
      { type: 'sequence', triggers: [reactive(['a', 'b']), reactive(['done', 'start'])] },
    ],
  },
  spread: reactive(['beat', 'pay'], {
    threshold: 4,
    within: 300,
    distinct: 'resource.id',
    collect: 2,
    for_each: ['payload.shop'],
  }),
  worth: reactive(['pay'], { threshold: 200, within: 900, sum: 'payload.total', where: 'payload.total > 20' }),
  close: reactive(['b', 'a'], { threshold: 4, within: 60, window: 'sliding' }),
  'in-a-row': reactive(['fail'], {
    threshold: 2,
    reset: [{ event: 'done', where: 'payload.total > 50' }],
    resolve: { on: ['pay'], after: 60 },
    remind: 20,
    remind_limit: 2,
    cooldown: 30,
    ...each,
  }),
  reminded: {
    posture: 'Proactive',
    after: ['start'],
    expect: ['done'],
    reset: ['noise'],
    within: 120,
    remind: 90,
    remind_limit: 3,
    collect: 1,
    ...each,
  },
  'emptied-pair': {
    type: 'compound',
    require: 'all',
    within: 400,
    ...each,
    unless: ['start'],
    triggers: [reactive(['a']), { posture: 'Proactive', after: ['fail'], expect: ['pay'], within: 60, ...each }],
  },
  blink: { posture: 'Proactive', after: ['pay'], expect: [{ event: 'b', match: { zone: 'x' } }], within: 1, ...each },
  shops: {
    type: 'sequence',
    within: 300,
    for_each: ['payload.shop'],
    triggers: [reactive(['a'], { threshold: 2, for_each: ['payload.shop'] }), reactive(['pay'])],
  },
  'often-alone': reactive(['automation.triggered'], {
    match: { id: ['automation.dead-man', 'automation.burst'] },
    threshold: 5,
    within: 3_600,
  }),
  'not-recovered': {
    posture: 'Proactive',
    after: ['automation.triggered'],
    expect: ['automation.resolved'],
    match: { id: 'automation.dead-man' },
    within: 120,
    for_each: ['id', 'posture'],
  },
  echo: reactive(['automation.triggered'], { match: { id: ['automation.pair', 'automation.echo'] } }),
};

export const AUTOMATIONS: readonly Record<string, unknown>[] = Object.entries(TRIGGERS).map(([id, trigger]) => ({
  id,
  name: `rule ${id}`,
  trigger,
  allow_self_trigger: id === 'echo',
}));

const NAMES = ['fail', 'pay', 'start', 'start', 'done', 'beat', 'beat', 'a', 'b', 'b', 'noise'];
const GARBAGE = ['{', '{"event":"a"}', '{"event":1,"resource":{"id":"r"}}'];
const CHAINS = [['echo'], ['burst', 'pair'], Array<string>(9).fill('x')];

/** How each log begins, with one resource and then five minutes of quiet: what chance alone does not always bring together. */
const PASSAGE = ['start', 'done', 'done', 'fail', 'fail', 'fail', 'pay', 'pay', 'pay', 'beat'];
const QUIET_S = 300;

type Kind = 'plain' | 'rejected' | 'ignored' | 'again' | 'follower';
type Choice = { random: () => number; pick: <T>(items: readonly T[]) => T };

/** Entries with ids of their own: late, early, repeated, out of order, following others, rejected and ignored ones among them. */
export function longLog(count: number, random: () => number): Entry[] {
  const choice: Choice = {
    random,
    pick: (items) => items[Math.floor(random() * items.length)] as (typeof items)[number],
  };
  const kinds = Array.from({ length: count }, (_, i) => (i < PASSAGE.length ? 'plain' : kindOf(random())));
  const gaps = kinds.map((_, i) => {
    const quiet = i === PASSAGE.length || random() < 0.01;
    return (quiet ? QUIET_S : choice.pick([0, 0, 1, 2, 3, 5, 8])) * SECOND_MS;
  });
  let at = END_MS - 10 * SECOND_MS - gaps.reduce((sum, gap) => sum + gap, 0);
  let sequence = 0;
  return gaps.map((gap, i) => {
    at += gap;
    sequence = gap === 0 ? sequence + 1 : 0;
    const data = kinds[i] === 'rejected' ? choice.pick(GARBAGE) : JSON.stringify(eventAt(i, at, kinds, choice));
    return { id: `${at}-${sequence}`, fields: ['data', data] };
  });
}

function kindOf(roll: number): Kind {
  if (roll < 0.004) return 'rejected';
  if (roll < 0.008) return 'ignored';
  if (roll < 0.04) return 'again';
  return roll < 0.12 ? 'follower' : 'plain';
}

function eventAt(i: number, at: number, kinds: readonly Kind[], { random, pick }: Choice): Record<string, unknown> {
  const told = PASSAGE[i];
  const roll = told === undefined ? random() : 0;
  const skew = roll < 0.7 ? 0 : roll < 0.97 ? -Math.floor(random() * 60) : pick([-1_200, 60, 86_400]);
  const leader = i + pick([-3, -1, 1, 2, 4]);
  // Leaders come in time and from the log itself: how long one that does not is waited for is a matter of when the scheduler looks.
  const follows = kinds[i] === 'follower' && kinds[leader] === 'plain' ? { follows: `e${leader}` } : {};
  const chain = told === undefined && random() < 0.02 ? { cause_chain: pick(CHAINS) } : {};
  return {
    id: `e${kinds[i] === 'again' ? Math.max(0, i - pick([1, 2, 5])) : i}`,
    event: kinds[i] === 'ignored' ? 'prefect.log.write' : (told ?? (random() < 0.01 ? 'rare' : pick(NAMES))),
    resource: { id: told === undefined ? `r${Math.floor(random() * 12)}` : 'r0', zone: pick(['x', 'y']) },
    occurred: new Date(at + skew * SECOND_MS).toISOString(),
    payload: { total: told === undefined ? Math.floor(random() * 100) : 99, shop: pick(['east', 'west']) },
    ...follows,
    ...chain,
  };
}
