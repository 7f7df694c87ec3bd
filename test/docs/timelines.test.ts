import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { parseWindowText } from '../../src/redis/window-text.ts';
import { type Answered, parseScenario } from '../../src/simulation/scenario.ts';
import { simulate } from '../../src/simulation/simulation.ts';
import { freshNamespace } from '../support/namespace.ts';
import { testClient } from '../support/redis.ts';
import { snapshot } from '../support/snapshot.ts';
import { ENGINE_KEYS, START_MS, seconds } from '../support/world.ts';
import { type Bar, type Drawing, type DrawnScenario, drawingsIn } from './drawing.ts';

const docs = path.join(import.meta.dirname, '..', '..', 'docs');
const drawings = drawingsIn(readFileSync(path.join(docs, 'semantics.md'), 'utf8'));

/** Runs a drawn scenario on the engine. @returns its firings, and the namespace that holds what it left */
async function run(scenario: DrawnScenario): Promise<{ firings: Answered[]; namespace: string }> {
  const namespace = freshNamespace({ permanent: ENGINE_KEYS });
  const parts = { redis: testClient(), logger: pino({ level: 'silent' }), ignored: new Set<string>() };
  const answer = await simulate(parts, namespace, parseScenario(scenario));
  if (!('firings' in answer)) throw new Error(answer.invalid);
  expect(answer.refused).toBeUndefined();
  return { firings: answer.firings, namespace };
}

/** A ledger as the drawings state it: `→ at 100: fires, dated 60, with a@0`, with the automation when there are several. */
function toldOf(firings: readonly Answered[], { scenario, unit }: Drawing): string[] {
  const time = (text: string): number => seconds(Date.parse(text)) / unit;
  const verbOf = ({ state }: Answered): string => (state === 'resolved' ? 'resolves' : 'fires');
  const eventOf = ({ event }: Answered): string => {
    const own = event?.startsWith('@') ? firings[Number(event.slice(1))] : undefined;
    return own ? `automation.${own.state}@${time(own.triggered)}` : (event ?? 'no event');
  };
  return firings.map((firing) => {
    const at = time(scenario.timeline[firing.step]?.at ?? '');
    const who = scenario.automations.length > 1 ? `${firing.automation} ` : '';
    const dated = time(firing.triggered) === at ? '' : ` dated ${time(firing.triggered)},`;
    const parts = firing.children > 0 ? `, ${firing.children} children` : '';
    const key = Object.values(firing.labels).join('+');
    return `→ at ${at}: ${who}${verbOf(firing)},${dated} with ${eventOf(firing)}${parts}${key === '' ? '' : `, for ${key}`}`;
  });
}

/** When firings of a state came out, in seconds, each time once. */
function momentsOf(firings: readonly Answered[], state: Answered['state'], { scenario }: Drawing): number[] {
  const those = firings.filter((firing) => firing.state === state);
  return [...new Set(those.map(({ step }) => seconds(Date.parse(scenario.timeline[step]?.at ?? ''))))];
}

/** The windows that a scenario leaves open, times in seconds. */
async function windowsAfter(scenario: DrawnScenario, { words }: Bar): Promise<{ start: number; end: number }[]> {
  const { namespace } = await run(scenario);
  const state = await snapshot(testClient(), namespace);
  return Object.entries(state).flatMap(([name, value]) => {
    const [, trigger = '', automation, place] = /^windows:(([^+]*)\+([^+]*)\+\d+)$/s.exec(name) ?? [];
    // What an edit left behind waits for the janitor; no event meets it any more.
    if (automation === undefined || trigger in ((state.garbage ?? {}) as Record<string, number>)) return [];
    return Object.entries(value as Record<string, string>).flatMap(([key, text]) => {
      const { open } = parseWindowText(text);
      const meant = words.every((word) => [automation, place, key].includes(word));
      return open && meant ? [{ start: seconds(open.start), end: seconds(open.end) }] : [];
    });
  });
}

const until = (scenario: DrawnScenario, time: number): DrawnScenario => ({
  ...scenario,
  timeline: scenario.timeline.filter(({ at }) => Date.parse(at) <= START_MS + time * 1_000),
});

/** What is wrong with a drawn window, or null. */
async function faultOf(scenario: DrawnScenario, bar: Bar): Promise<string | null> {
  const begun = ({ start }: { start: number }): boolean =>
    bar.start === null ? start < seconds(START_MS) : start === bar.start;
  const open = await windowsAfter(until(scenario, bar.seen), bar);
  const fits = open.some((one) => begun(one) && (bar.ends === 'exact' ? one.end === bar.end : one.end >= bar.end));
  if (!fits) return `at ${bar.seen} there is no window ${JSON.stringify(bar)}, but ${JSON.stringify(open)}`;
  if (bar.ends !== 'closed') return null;
  const after = await windowsAfter(until(scenario, bar.end), bar);
  return after.some(begun) ? `at ${bar.end} the window ${JSON.stringify(bar)} is still there` : null;
}

describe.each(drawings)('timeline $name', (drawing) => {
  test('the engine fires what is stated, when it is stated', async () => {
    const { firings } = await run(drawing.scenario);
    expect(toldOf(firings, drawing)).toEqual(drawing.firings);
    expect(momentsOf(firings, 'triggered', drawing)).toEqual(drawing.marks.triggered);
    expect(momentsOf(firings, 'resolved', drawing)).toEqual(drawing.marks.resolved);
  });

  test('the windows are drawn as the engine has them', async () => {
    for (const bar of drawing.bars) expect(await faultOf(drawing.scenario, bar)).toBeNull();
  });
});

test('the scenarios of the drawings, with their firings, are in docs/timelines.ndjson for `watchfire simulate`', async () => {
  const lines: string[] = [];
  for (const { scenario } of drawings)
    lines.push(JSON.stringify({ ...scenario, firings: (await run(scenario)).firings }));
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(path.join(docs, 'timelines.ndjson'));
});

test('every drawing has a name of its own, and at least ten have windows', () => {
  expect(new Set(drawings.map(({ name }) => name)).size).toBe(drawings.length);
  expect(drawings.filter(({ bars }) => bars.length > 0).length).toBeGreaterThan(10);
});
