import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Context, shown } from '../result.ts';
import { loadOf } from './load.ts';
import type { Ready, System } from './system.ts';
import { missing } from './tools.ts';
import type { Speed } from './verdict.ts';

/** A system that takes part, and what it gave in each round so far. */
export type Runner = Readonly<{ system: System; ready: Ready; speeds: Speed[] }>;

/** The systems that can run here; for each of the others a sentence says why it cannot. */
export async function prepared(context: Context, systems: readonly System[]): Promise<Runner[]> {
  const runners: Runner[] = [];
  for (const system of systems) {
    const lacking = await missing(system.needs);
    if (lacking.length > 0) {
      context.say(`peers: ${system.name} is left out: this machine has no ${lacking.join(' and no ')}`);
      continue;
    }
    try {
      runners.push({ system, ready: await system.prepare(context), speeds: [] });
    } catch (error) {
      context.say(`peers: ${system.name} is left out: ${String(error)}`);
    }
  }
  return runners;
}

/** One run of each in turn, in changing order. Answers those that gave what they must; a sentence says what is wrong with others. */
export async function round(context: Context, number: number, runners: readonly Runner[]): Promise<Runner[]> {
  const sound: Runner[] = [];
  for (const runner of number % 2 === 0 ? runners : runners.toReversed()) {
    const { name } = runner.system;
    try {
      const speed = await once(context, runner);
      runner.speeds.push(speed);
      sound.push(runner);
      context.say(`peers: round ${number + 1}: ${name}: ${shown(speed.rate)} events/s, ${shown(speed.processor)} µs`);
    } catch (error) {
      context.say(`peers: ${name} is refused: ${String(error)}`);
    }
  }
  return runners.filter((runner) => sound.includes(runner));
}

async function once({ short }: Context, { system, ready }: Runner): Promise<Speed> {
  const folder = await mkdtemp(path.join(tmpdir(), 'watchfire-peers-'));
  try {
    return await ready.run(loadOf(short ? system.short : system.whole), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
