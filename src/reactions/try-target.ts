import { InvalidDocument, reasonOf } from '../errors.ts';
import { networksOf } from './addresses.ts';
import type { Message } from './messages.ts';
import { type SendTools, sendTo } from './sending.ts';
import { readTargets } from './targets-file.ts';
import { WayOut } from './way-out.ts';

/** How long a test may take. */
const TIMEOUT_MS = 10_000;

/** What became of a test: the answer, or why there was none, without secrets. */
export type TriedTarget = Readonly<{
  kind: string;
  answer: Readonly<Record<string, unknown>> | null;
  problem: string | null;
}>;

/** The names of a targets file with their kinds. @throws InvalidDocument */
export function targetKinds(file: string, env: Readonly<NodeJS.ProcessEnv>): (readonly [name: string, kind: string])[] {
  return readTargets(file, env).kinds();
}

/** Tells whether a name, or a block of Prefect, has a target. @throws InvalidDocument */
export function targetNames(file: string, env: Readonly<NodeJS.ProcessEnv>): (name: string) => boolean {
  const targets = readTargets(file, env);
  return (name) => targets.find(name) !== null;
}

/** Sends one message to a target. @throws InvalidDocument for a file that is wrong, and a name that is not in it */
export async function tryTarget(
  file: string,
  name: string,
  { env, id, nowMs }: Readonly<{ env: Readonly<NodeJS.ProcessEnv>; id: string; nowMs: number }>,
): Promise<TriedTarget> {
  const targets = readTargets(file, env);
  const target = targets.find(name);
  if (target === null) {
    const names = targets.kinds().map(([known]) => known);
    throw new InvalidDocument('target', `must be one of ${names.join(', ') || 'none: the file names no target'}`, name);
  }
  const tools: SendTools = { way: new WayOut({ allowed: networksOf([]) }), nowMs: () => nowMs };
  try {
    const { said: _, ...answer } = await sendTo(tools, target, {
      id,
      message: messageOf(name, id, nowMs),
      timeoutMs: TIMEOUT_MS,
    });
    return { kind: target.kind, answer, problem: null };
  } catch (error) {
    return { kind: target.kind, answer: null, problem: reasonOf(error, (text) => targets.redacted(text)) };
  }
}

function messageOf(name: string, id: string, nowMs: number): Message {
  return {
    subject: 'Test of Watchfire',
    body: `This is a test of the target ${name}. Nothing happened.`,
    severity: 'info',
    key: id,
    open: true,
    at: new Date(nowMs).toISOString(),
    automation: { id: 'test', name: 'Test of Watchfire' },
    labels: {},
  };
}
