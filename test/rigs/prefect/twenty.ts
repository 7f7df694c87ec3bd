import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parse } from 'yaml';

/** The automations of the proof of exports, with windows that a proof can wait for and without actions that would change what they watch. */

/** Longest windows, in seconds: of what is counted and composed, and of an absence. */
const LONGEST = { Reactive: 30, Proactive: 12 } as const;

/** One that fires for each automation that fires also fires for itself, without end: it watches one other. */
const WATCHES_ALL = 'When another automation fired';
const WATCHED = 'A flow run failed';

/**
 * Those that Watchfire decides in another way on purpose, each with the words of the rules about it (docs/rules.md, section 16): both have to
 * fire them, and no more is asked.
 */
export const DEPARTURES: Readonly<Record<string, string>> = {
  '[prod] heartbeat of the shop: gone?': 'Silence is noticed up to three windows late',
  'Nobody logged in': 'Windows drift with the moment of evaluation',
  'Two of three regions': 'An absence stored in a composite stays although the event came',
  'A sequence in a compound in a sequence': '`after` without `for_each`: alerts although nothing was armed',
};

/** Those that never fire, each with the reason. */
export const SILENT: Readonly<Record<string, string>> = { 'Every event at all': 'it is switched off' };

/** Words of the rules about what one of them may fire alone. */
export const WORDS = {
  /** Prefect judges an absence although the event that belongs there waits to be evaluated. */
  falseAbsence: 'absences wait for the backlog',
  /** Prefect evaluates an event again where a first try failed, behind others: what counts fires with another one, or once more. */
  twice: 'Failures and redeliveries count or fire twice',
  /** What came behind the end of the window, before Prefect looked, is the event of its firing. */
  usedUp: 'A late expected event fires the alert and is used up',
  /** What happened in time and came in behind the end of the window was there when Prefect looked. */
  drifts: 'Windows drift with the moment of evaluation',
} as const;

/** Automations about what does not happen, of those that are to agree, and what ends the absence. */
export const ABSENCES: Readonly<Record<string, readonly string[]>> = {
  'Stuck flow runs': ['Completed', 'Failed', 'Crashed', 'Cancelled'].map((state) => `prefect.flow-run.${state}`),
  'Work pool not ready': ['prefect.work-pool.ready'],
};
export const ABSENCE_MS = 1_000 * LONGEST.Proactive;

/** An automation that counts for each flow, and the one that fires with each event that it counts: so it is known in which order Prefect did. */
export const COUNTED = {
  name: 'Five failed or crashed runs of one flow',
  threshold: 5,
  withinMs: 1_000 * LONGEST.Reactive,
};
export const EACH_COUNTED = WATCHED;

type Trigger = {
  posture?: keyof typeof LONGEST;
  within?: unknown;
  match?: object;
  expect?: string[];
  after?: string[];
  threshold?: number;
  triggers?: Trigger[];
};
export type Automation = { name: string; trigger: Trigger } & Record<string, unknown>;

/** Whether it depends on the order of its events, since it counts or composes them. */
export function countsOrComposes({ trigger: { triggers, threshold = 1 } }: Automation): boolean {
  return triggers !== undefined || threshold > 1;
}

/** Whether an event of this name concerns it. */
export function concerns({ trigger }: Automation, name: string): boolean {
  const all = (one: Trigger): string[] => [
    ...(one.expect ?? []),
    ...(one.after ?? []),
    ...(one.triggers ?? []).flatMap(all),
  ];
  return all(trigger).includes(name);
}

export async function twenty(): Promise<Automation[]> {
  const text = await readFile(path.join(import.meta.dirname, 'automations.yaml'), 'utf8');
  const { automations } = parse(text) as { automations: Automation[] };
  return automations.map(({ actions: _, actions_on_trigger: __, actions_on_resolve: ___, trigger, ...rest }) => {
    const bounded = shortened(trigger);
    if (rest.name === WATCHES_ALL) bounded.match = { 'prefect.resource.name': WATCHED };
    return { ...rest, trigger: bounded, actions: [{ type: 'do-nothing' }] };
  });
}

function shortened({ within, triggers, ...rest }: Trigger): Trigger {
  const most = LONGEST[rest.posture ?? 'Reactive'];
  const seconds = typeof within === 'string' ? most : Math.min(Number(within), most);
  return {
    ...rest,
    ...(within === undefined ? {} : { within: within === null ? null : seconds }),
    ...(triggers && { triggers: triggers.map(shortened) }),
  };
}

type PrefectEvent = Readonly<{
  id: string;
  occurred: string;
  event: string;
  resource: Readonly<Record<string, string>>;
  related: readonly Readonly<Record<string, string>>[];
}>;

function eventOf(
  event: string,
  id: string,
  labels: Readonly<Record<string, string>> = {},
  related: PrefectEvent['related'] = [],
): PrefectEvent {
  const resource = { 'prefect.resource.id': id, ...labels };
  return { id: crypto.randomUUID(), occurred: new Date().toISOString(), event, resource, related };
}

const FAILED = 'prefect.flow-run.Failed';
const FLOW = { 'prefect.resource.id': 'prefect.flow.elsewhere', 'prefect.resource.role': 'flow' };

/** What is there as long as all is well. */
export function heartbeats(): PrefectEvent[] {
  return [eventOf('shop.heartbeat', 'shop.eu'), eventOf('region.alive', 'region.ap', { region: 'ap' })];
}

/** What has automations fire that no flow run does, in this order. */
export function* foreignEvents(): Generator<PrefectEvent> {
  for (const feed of ['prices', 'stock']) yield eventOf('feed.arrived', `feed.${feed}`, { feed });
  yield eventOf('disk.full', 'disk.1');
  for (const region of ['eu', 'us']) yield eventOf('region.down', `region.${region}`, { region });
  for (const step of ['placed', 'paid', 'sent']) yield eventOf(`order.${step}`, 'order.1');
  const queue = { 'prefect.resource.id': 'prefect.work-queue.1', 'prefect.resource.role': 'work-queue' };
  for (let i = 0; i < 10; i += 1) yield eventOf('prefect.flow-run.Late', 'prefect.flow-run.late', {}, [queue]);
  // At one time: however slow the machine is, as many fall into one window as have to.
  const failed = Array.from({ length: COUNTED.threshold }, (_, i) =>
    eventOf(FAILED, `prefect.flow-run.${i}`, {}, [FLOW]),
  );
  for (const event of failed) yield { ...event, occurred: failed[0]?.occurred ?? event.occurred };
  const pool = (id: number): [string, Record<string, string>] => [
    `prefect.work-pool.${id}`,
    { 'prefect.resource.name': 'pool' },
  ];
  for (const id of [1, 2]) yield eventOf('prefect.work-pool.not-ready', ...pool(id));
  yield eventOf('prefect.work-pool.ready', ...pool(2));
  yield eventOf('file.uploaded', 's3.bucket.1');
  for (const name of ['first', 'second', 'second']) yield eventOf(name, 'thing.1');
  yield eventOf('parcel.failed', 'parcel.1', { 'label.with.dots': 'abc', '0': '7', true: 'yes' });
  yield eventOf('parcel.failed', 'parcel.2', { 'label.with.dots': 'c', '0': '7', true: 'yes' });
  for (const name of ['a', 'b', 'e']) yield eventOf(name, 'letter.1');
}
