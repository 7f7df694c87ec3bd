import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs, promisify } from 'node:util';
import { compileTree } from '../../../src/cel/compile.ts';
import { type CelEvent, Evaluation } from '../../../src/cel/evaluation.ts';
import { InvalidExpression } from '../../../src/cel/expression.ts';
import { parseTree } from '../../../src/cel/syntax.ts';
import { DurationValue, Failed, MapValue, TimestampValue, TypeValue, Uint } from '../../../src/cel/value.ts';
import { commandLine, usageOf } from '../../support/usage.ts';
import { checks, LeftOut } from '../checks.ts';
import { Expressions, randomOf, randomPayload } from './cel-random.ts';

/*
 * Random expressions are answered here and by cel-go, the reference, in which doubles and integers mix as the rules have it:
 * `npm run proof -- cel`. The answers have to be the same, but for the differences that are listed.
 */

const DEFAULTS = { count: 100_000, seed: Date.now() % 1_000_000_000 };
const DEPTH = 5;

/** Differences found that are printed; more say nothing new. */
const SHOWN = 20;

type Asked = Readonly<{ expression: string; event: CelEvent; ours: string; theirs: string }>;

/**
 * What is answered otherwise than by the reference, and why. What the generator avoids differs too: the reference reckons parts and
 * texts of durations in doubles, so nanoseconds get lost; texts of timestamps keep the offset that they were read with; a minus in front
 * of a number belongs to it before a method does (`-1.f()`); where types are not checked beforehand, `-` takes durations and maps take
 * keys of all types.
 */
const LISTED: readonly Readonly<{ why: string; is: (asked: Asked) => boolean }>[] = [
  {
    why: 'getMilliseconds of a duration is the part within the second, as cel-spec and its cases have it; cel-go gives the whole',
    is: ({ expression }) => expression.includes('.getMilliseconds()'),
  },
  {
    why: 'cel-go makes an int of a duration, which is not in cel-spec',
    is: ({ expression }) => /\bint\(/.test(expression) && /occurred|received|duration|timestamp/.test(expression),
  },
  {
    why: 'cel-go refuses before it evaluates what nothing can be found by',
    is: ({ theirs }) => /qualifier type|test only expressions/.test(theirs),
  },
  {
    why: 'what is no number and NaN have no order; cel-go answers false for everything beside NaN',
    is: ({ ours }) => /"[<>]=?" does not take (?:\S+ and double|double and \S+)$/.test(ours),
  },
  {
    why: 'bytes are in no map; cel-go ends with an error of its own',
    is: ({ theirs }) => theirs.includes('unhashable'),
  },
  {
    why: 'nothing is found in a bool; cel-go passes over an index behind has()',
    is: ({ ours, expression }) => ours.startsWith('failed: ') && /\bhas\([\w.]+\)\)*\[/.test(expression),
  },
];

/** A value as text that tells its type too, as the reference's program writes it; doubles by their bits. */
function shown(value: unknown): string {
  if (value instanceof Failed) return `failed: ${value.reason}`;
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isNaN(value) ? 'double(NaN)' : `double(${bits(value)})`;
  if (typeof value === 'string') return `text(${Buffer.from(value).toString('hex')})`;
  if (value instanceof Uint) return `${value.value}u`;
  if (value instanceof Uint8Array) return `bytes(${Buffer.from(value).toString('hex')})`;
  if (value instanceof DurationValue) return `duration(${value.nanos})`;
  if (value instanceof TypeValue) return `type(${value.name})`;
  if (value instanceof TimestampValue) {
    const nanos = ((value.nanos % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n;
    return `timestamp(${(value.nanos - nanos) / 1_000_000_000n}.${String(nanos).padStart(9, '0')})`;
  }
  if (Array.isArray(value)) return `[${value.map(shown).join(', ')}]`;
  const entries = value instanceof MapValue ? [...value.entries.values()] : Object.entries(value as object);
  return `{${entries
    .map(([key, inner]) => `${shown(key)}: ${shown(inner)}`)
    .sort()
    .join(', ')}}`;
}

function bits(value: number): string {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return buffer.toString('hex');
}

function answered(expression: string, event: CelEvent): string {
  try {
    return shown(compileTree(parseTree(expression))(new Evaluation(event)));
  } catch (error) {
    if (error instanceof InvalidExpression) return `failed: ${error.message}`;
    throw error;
  }
}

function sameAnswer(ours: string, theirs: string): boolean {
  return ours === theirs || (ours.startsWith('failed: ') && theirs.startsWith('failed: '));
}

function* questions(count: number, seed: number): Generator<Readonly<{ expression: string; event: CelEvent }>> {
  const random = randomOf(seed);
  const expressions = new Expressions(random);
  for (let i = 0; i < count; i += 1) {
    const event: CelEvent = {
      event: expressions.one(['order.placed', 'order', 'a']),
      id: 'e1',
      resource: expressions.one<Record<string, string>>([{ region: 'eu', id: 'order.7' }, { id: 'order.7' }]),
      related: expressions.one<Record<string, string>[]>([[{ role: 'customer', a: 'x' }, { role: 'order' }], []]),
      payload: randomPayload(random),
      occurredMs: Date.UTC(2026, 2, 2, 9, 1, 30, 250),
      receivedMs: expressions.one([Date.UTC(2026, 2, 2, 9, 1, 40), Date.UTC(2031, 11, 31, 23, 59, 59, 999)]),
    };
    yield { expression: expressions.of(expressions.one(['bool', 'bool', 'any']), DEPTH), event };
  }
}

/** Builds the reference's program. @throws LeftOut where Go or its modules cannot be had */
async function built(folder: string): Promise<string> {
  const program = path.join(folder, 'reference');
  const cwd = path.join(import.meta.dirname, 'cel');
  await promisify(execFile)('go', ['build', '-buildvcs=false', '-o', program, '.'], { cwd }).catch(
    (error: Error & { stderr?: string }) => {
      const [line = ''] = (error.stderr ?? error.message).trim().split('\n').slice(-1);
      throw new LeftOut(`needs Go 1.23 or newer and its modules: ${line}`);
    },
  );
  return program;
}

/** Asks both, the reference's program line by line. @returns what they answer otherwise */
async function differences(program: string, count: number, seed: number): Promise<Asked[]> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const found: Asked[] = [];
  let valued = 0;
  const waiting: Omit<Asked, 'theirs'>[] = [];
  const settle = async (): Promise<void> => {
    for (const asked of waiting.splice(0)) {
      const { value: theirs = '', done } = await lines.next();
      if (done === true) throw new Error(`the reference ended at: ${asked.expression}`);
      if (!asked.ours.startsWith('failed: ')) valued += 1;
      if (!sameAnswer(asked.ours, theirs)) found.push({ ...asked, theirs });
    }
  };
  try {
    for (const { expression, event } of questions(count, seed)) {
      // What is refused for its size is no expression that conditions support.
      if (expression.length > 2_000) continue;
      const { event: name, ...others } = event;
      child.stdin.write(`${JSON.stringify({ expression, event: name, ...others })}\n`);
      waiting.push({ expression, event, ours: answered(expression, event) });
      if (waiting.length === 500) await settle();
    }
    child.stdin.end();
    await settle();
  } finally {
    child.kill();
  }
  process.stdout.write(`${count} expressions, ${valued} of them with a value; seed ${seed}\n`);
  return found;
}

function described({ expression, event, ours, theirs }: Asked): string {
  return `${expression}\n  payload ${JSON.stringify(event.payload)}\n  ours   ${ours}\n  theirs ${theirs}`;
}

const { count, seed } = commandLine(usageOf('npm run proof -- cel', { ...DEFAULTS, seed: 'random' }), () => {
  const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
  return { count: Number(values.count ?? DEFAULTS.count), seed: Number(values.seed ?? DEFAULTS.seed) };
});

process.exitCode = await checks(async (check) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'watchfire-cel-'));
  try {
    const program = await built(folder);
    await check('conditions are answered as cel-go answers them', async () => {
      const found = await differences(program, count, seed);
      for (const { why, is } of LISTED) {
        const listed = found.filter(is).length;
        if (listed > 0) process.stdout.write(`${listed} differ as listed: ${why}\n`);
      }
      const unlisted = found.filter((asked) => !LISTED.some(({ is }) => is(asked)));
      if (unlisted.length === 0) return;
      const shortest = unlisted.sort((a, b) => a.expression.length - b.expression.length).slice(0, SHOWN);
      throw new Error([`${unlisted.length} differ, seed ${seed}`, ...shortest.map(described)].join('\n'));
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
