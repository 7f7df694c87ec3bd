/**
 * What the compiler has to say about documents. Nothing here runs: `npm run check` compiles it, and each `@ts-expect-error` fails when
 * there is no error.
 */
import type {
  AutomationDocument,
  CloudEventInput,
  EventInput,
  FreeAction,
  ScenarioDocument,
  TriggerDocument,
  TriggeredAction,
  Watchfire,
} from '../../src/index.ts';

type Names = { id: string; name: string };
const names: Names = { id: 'a', name: 'A' };

export const automations: AutomationDocument[] = [
  {
    ...names,
    trigger: { posture: 'Reactive', expect: ['order.failed'], threshold: 5, within: '10m', for_each: ['id'] },
  },
  {
    ...names,
    trigger: { type: 'sequence', within: null, triggers: [{ posture: 'Reactive' }, { posture: 'Proactive' }] },
  },
  { ...names, trigger: { require: 'any', triggers: [{ posture: 'Reactive', match: { id: ['a*', 'b'] } }] } },
  { ...names, trigger: { require: 2, triggers: [] }, actions: [{ type: 'page', whom: 'me', how: { loud: true } }] },
  {
    ...names,
    trigger: { posture: 'Reactive' },
    actions: [
      { type: 'queue', queue: 'q', name: 'n', data: { a: 1 }, opts: { attempts: 3, backoff: { type: 'fixed' } } },
    ],
    actions_on_resolve: [{ type: 'queue', queue: 'q', opts: { removeOnComplete: { age: 60 } } }],
  },
  {
    ...names,
    trigger: {
      expect: ['a', { event: ['b', 'c'], match: { env: 'prod' }, where: 'payload.total > 10.0' }],
      where: 'resource.id != ""',
      for_each: ['payload.user'],
      distinct: 'payload.ip',
      within: '10m',
      window: 'sliding',
      reset: ['ok'],
      resolve: { on: ['ok'], after: '1d' },
      remind: '1h',
      remind_limit: 3,
      collect: 10,
    },
  },
  { ...names, trigger: { triggers: [{ expect: ['a'] }, { expect: ['b'] }], unless: [{ event: 'c' }] } },
];

const trigger = { posture: 'Reactive' } as const satisfies TriggerDocument;

export const wrongAutomations: AutomationDocument[] = [
  // @ts-expect-error it needs a trigger
  { ...names },
  // @ts-expect-error there is no such key
  { ...names, trigger, action: [] },
  // @ts-expect-error there is no such posture
  { ...names, trigger: { posture: 'reactive' } },
  // @ts-expect-error there is no such key of a trigger
  { ...names, trigger: { posture: 'Reactive', expects: ['x'] } },
  // @ts-expect-error a list is a list
  { ...names, trigger: { posture: 'Reactive', expect: 'x' } },
  // @ts-expect-error nor of a trigger in a trigger
  { ...names, trigger: { triggers: [{ posture: 'Reactive', treshold: 5 }] } },
  // @ts-expect-error a queue is a text
  { ...names, trigger, actions: [{ type: 'queue', queue: 7 }] },
  // @ts-expect-error there is no such key of a queue action
  { ...names, trigger, actions: [{ type: 'queue', queue: 'q', nam: 'n' }] },
  // @ts-expect-error nor of its options
  { ...names, trigger, actions: [{ type: 'queue', queue: 'q', opts: { attempt: 3 } }] },
  // @ts-expect-error the ids of jobs are those of the engine
  { ...names, trigger, actions: [{ type: 'queue', queue: 'q', opts: { jobId: 'mine' } }] },
  // @ts-expect-error a queue action has a queue
  { ...names, trigger, actions: [{ type: 'queue', name: 'remind' }] },
  // @ts-expect-error so has one that says no more
  { ...names, trigger, actions_on_resolve: [{ type: 'queue' }] },
  // @ts-expect-error an own type has none
  { ...names, trigger, actions: [{ type: 'page', queue: 'pager' }] },
  // @ts-expect-error an event trigger requires nothing
  { ...names, trigger: { posture: 'Reactive', require: 'all' } },
  // @ts-expect-error nor does it hold others
  { ...names, trigger: { posture: 'Reactive', triggers: [trigger] } },
  // @ts-expect-error a compound has no posture
  { ...names, trigger: { require: 'all', triggers: [trigger], posture: 'Reactive' } },
  // @ts-expect-error a sequence expects nothing itself
  { ...names, trigger: { type: 'sequence', triggers: [trigger], expect: ['x'] } },
  // @ts-expect-error a pattern has no such key
  { ...names, trigger: { expect: [{ evnt: 'x' }] } },
  // @ts-expect-error there is no such window
  { ...names, trigger: { window: 'hopping' } },
  // @ts-expect-error an alert has no such end
  { ...names, trigger: { resolve: { afer: '1h' } } },
  // @ts-expect-error only a composite can be emptied
  { ...names, trigger: { expect: ['a'], unless: ['b'] } },
  // @ts-expect-error a sequence has no condition itself
  { ...names, trigger: { type: 'sequence', triggers: [trigger], where: 'true' } },
  // @ts-expect-error an action has a type
  { ...names, trigger, actions: [{ queue: 'q' }] },
];

/** What begins like `queue`, other letters, other scripts: any text but one is an own type. */
export const ownTypes: FreeAction[] = [
  ...([
    'page',
    'q',
    'qu',
    'que',
    'queu',
    'queues',
    'queue-2',
    'Queue',
    'quest',
    'queen',
    'query',
    'überweise',
    '通知',
    '7',
  ] as const),
].map((type) => ({ type, whom: 'me' }));

const within = (length: TriggerDocument['within']): TriggerDocument => ({ posture: 'Reactive', within: length ?? 0 });

export const lengths = [
  60,
  0.5,
  '30s',
  '5m',
  '1.5h',
  '2d',
  '1w',
  '1h30m',
  '10 minutes',
  '1 day',
  'PT1H',
  '0:05:00',
] as const;
for (const length of lengths) within(length);
// @ts-expect-error there is no such unit
within('5x');
// @ts-expect-error a length has a number
within('soon');
// @ts-expect-error true is no length
within(true);

interface Order {
  id: string;
  total: number;
}
const order: Order = { id: 'o1', total: 7 };
const resource = { id: 'customer.7' };

export const events: (EventInput | CloudEventInput)[] = [
  { event: 'order.failed', resource },
  { event: 'order.failed', resource: { id: 'customer.7', tier: 'gold' }, related: [{ id: 'o1', role: 'order' }] },
  { event: 'order.failed', resource: { 'prefect.resource.id': 'x' }, payload: { any: ['thing'] }, id: null },
  { event: 'order.failed', resource, payload: order, occurred: 1_772_442_000 },
  { specversion: '1.0', id: 'c1', source: '/orders', type: 'order.failed', data: order, ourextension: 'x' },
];

export const wrongEvents: (EventInput | CloudEventInput)[] = [
  // @ts-expect-error it happens to something
  { event: 'order.failed' },
  // @ts-expect-error a resource has an id
  { event: 'order.failed', resource: { name: 'x' } },
  // @ts-expect-error labels are texts
  { event: 'order.failed', resource: { id: 'x', total: 7 } },
  // @ts-expect-error there is no such key
  { event: 'order.failed', resource, payloads: {} },
  // @ts-expect-error a list is no payload
  { event: 'order.failed', resource, payload: [1] },
  // @ts-expect-error a related resource has a role
  { event: 'order.failed', resource, related: [{ id: 'o1' }] },
  // @ts-expect-error there is one version
  { specversion: '2.0', id: 'c1', source: '/orders', type: 'order.failed' },
];

export async function calls(watchfire: Watchfire): Promise<void> {
  await watchfire.put({ ...names, trigger });
  await watchfire.emit({ event: 'order.failed', resource }, { timeoutMs: 500 });
  // @ts-expect-error there is no such key
  await watchfire.put({ ...names, trigger, enable: false });
  // @ts-expect-error there is no such key
  await watchfire.emit({ event: 'order.failed', resource, occured: '2026-01-01T00:00:00Z' });
  // @ts-expect-error there is no such option
  await watchfire.emit({ event: 'order.failed', resource }, { timeout: 500 });
}

/** A job's data tells what kind of action made it. */
export function handle(job: TriggeredAction): string {
  if (job.data === undefined) return `${job.action.type} ${String(job.action.whom)}`;
  const { queue }: { queue: string } = job.action;
  if (job.action.opts?.attempts === 1) return queue;
  const event = job.triggering_event;
  // @ts-expect-error there may be no event
  event.id;
  // Events of a job can be sent on.
  const onward: EventInput | null = event && { event: 'order.seen', resource: event.resource, follows: event.id };
  return `${onward?.event} ${String(job.data.urgency)}`;
}

export const scenario: ScenarioDocument = {
  name: 'two in a row',
  automations: [{ ...names, trigger }],
  timeline: [
    { at: '2026-03-02T09:00:00Z', event: { event: 'x', resource } },
    { at: '2026-03-02T09:05:00Z', tick: true },
    // @ts-expect-error there is no such key of a step
    { at: '2026-03-02T09:06:00Z', events: [] },
  ],
};
