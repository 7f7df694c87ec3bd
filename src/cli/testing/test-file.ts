import { stat } from 'node:fs/promises';
import path from 'node:path';
import { isMap, type Node } from 'yaml';
import { InvalidDocument } from '../../errors.ts';
import type { Automation } from '../../model/automation.ts';
import { each } from '../../model/issue.ts';
import { isRecord } from '../../model/record.ts';
import { parseTestFile, type TestCase, type TestFile, type TestStep } from '../../model/test-file.ts';
import { automationsIn } from '../automation-files.ts';
import { type Contents, documentsIn } from '../documents.ts';
import { type FilePosition, type Problem, type Source, spanOfProblem } from '../position.ts';
import { sourceOf } from '../source.ts';
import { type Io, Misuse } from '../verb.ts';
import { reasonIn } from '../view/output.ts';
import { firstLine, readYaml } from '../yaml-file.ts';

/** A step with the automations that it puts. */
export type ReadyStep = Omit<TestStep, 'put'> & Readonly<{ put: readonly Automation[] }>;

/** A test that can be run. */
export type ReadyTest = Omit<TestCase, 'steps'> &
  Readonly<{
    position: FilePosition;
    positionOf: (path: string) => FilePosition;
    automations: readonly Automation[];
    steps: readonly ReadyStep[];
  }>;

/** A file of tests; none where something is wrong. */
export type ReadyFile = Readonly<{ file: string; tests: readonly ReadyTest[]; problems: readonly Problem[] }>;

/** Where the value at a path stands; with the reason of a problem the part that is wrong. */
type Place = (path: string, reason?: string) => FilePosition;

/** Whether a file is one of tests, be it right or wrong: it has the key `tests`. */
export function isTestFile(source: Source): boolean {
  return readYaml(source).documents.some(({ document }) => isMap(document.contents) && document.contents.has('tests'));
}

/** Reads a file of tests, and the automations that it names. All that is wrong with any of them comes together. */
export async function testsIn(source: Source, io: Pick<Io, 'stdin'>): Promise<ReadyFile> {
  const { documents, positions, beginning } = readYaml(source);
  const nothing = { file: source.file, tests: [] };
  const [one, ...others] = documents;
  if (one === undefined)
    return { ...nothing, problems: [{ position: beginning, place: 'document', reason: 'holds no test' }] };
  const root = one.document.contents as Node;
  const position: Place = (at, reason = '') =>
    positions(spanOfProblem(source.text, one.document, root, { path: at, reason }));
  const problems = [...one.problems];
  if (others.length > 0) problems.push({ position: beginning, place: 'document', reason: 'must be one YAML document' });
  if (problems.length > 0) return { ...nothing, problems };
  const document = parsedFrom((): unknown => one.document.toJS(), position);
  if ('problems' in document) return { ...nothing, ...document };
  const parsed = parsedFrom(() => parseTestFile(document.value), position);
  if ('value' in parsed) return { file: source.file, ...(await ready(parsed.value, source, position, io)) };
  // What is wrong with the automations does not wait until the tests are right.
  const base = automationsIn(await baseOf(document.value, source, position, io));
  return { ...nothing, problems: [...parsed.problems, ...base.problems] };
}

/** The automations that each test begins with; those that are neither a path nor a document are in error already. */
async function baseOf(
  document: unknown,
  source: Source,
  position: Place,
  io: Pick<Io, 'stdin'>,
): Promise<readonly Contents[]> {
  const given: unknown = isRecord(document) ? document.automations : undefined;
  if (!Array.isArray(given)) return [];
  const contents = given.map(async (one: unknown, i) =>
    typeof one === 'string' || isRecord(one) ? [await contentsAt(one, `automations[${i}]`, source, position, io)] : [],
  );
  return (await Promise.all(contents)).flat();
}

function parsedFrom<T>(read: () => T, position: Place): { value: T } | { problems: Problem[] } {
  try {
    return { value: read() };
  } catch (error) {
    if (error instanceof InvalidDocument) {
      return {
        problems: error.problems.map((problem) => ({
          position: position(problem.path, problem.reason),
          place: problem.path,
          reason: reasonIn(problem),
        })),
      };
    }
    // An alias without its anchor, or a few lines that expand to millions.
    const reason =
      error instanceof RangeError ? 'is nested too deep' : firstLine(error instanceof Error ? error.message : '');
    return { problems: [{ position: position(''), place: 'document', reason: `cannot be read: ${reason}` }] };
  }
}

async function ready(
  file: TestFile,
  source: Source,
  position: Place,
  io: Pick<Io, 'stdin'>,
): Promise<{ tests: readonly ReadyTest[]; problems: readonly Problem[] }> {
  const contentsOf = async (given: readonly unknown[], at: (i: number) => string): Promise<Contents[]> =>
    await Promise.all(given.map((one, i) => contentsAt(one, at(i), source, position, io)));
  const base = automationsIn(await baseOf(file, source, position, io));
  if (base.problems.length > 0) return { tests: [], problems: base.problems };
  const problems: Problem[] = [];
  const found: ReadyTest[] = [];
  for (const test of file.tests) {
    let standing = base.automations;
    const steps: ReadyStep[] = [];
    for (const step of test.steps) {
      const places = (i: number): string => (step.put.length > 1 ? `${step.path}.put[${i}]` : `${step.path}.put`);
      const put = step.put.length === 0 ? NOTHING_PUT : automationsIn(await contentsOf(step.put, places), standing);
      const changed = new Set(put.automations.map(({ id }) => id));
      standing = [...standing.filter(({ id }) => !changed.has(id)), ...put.automations];
      problems.push(...put.problems, ...unknownIn(step, standing, position));
      steps.push({ ...step, put: put.automations });
    }
    const positionOf = (at: string): FilePosition => position(at, 'unknown key');
    found.push({ ...test, automations: base.automations, steps, positionOf, position: positionOf(test.path) });
  }
  return problems.length > 0 ? { tests: [], problems } : { tests: found, problems };
}

const NOTHING_PUT = Object.freeze({ automations: Object.freeze([]), problems: Object.freeze([]) });

/** What a file holds, or the automation that stands in the file of tests itself. */
async function contentsAt(
  given: unknown,
  at: string,
  source: Source,
  position: Place,
  io: Pick<Io, 'stdin'>,
): Promise<Contents> {
  if (typeof given !== 'string') {
    const place: Place = (inner, reason) => position(inner === '' ? at : `${at}.${inner}`, reason);
    return { found: [{ document: given, position: place }], problems: [] };
  }
  try {
    const file = fileFrom(source.file, given);
    // A device has no end. What is not there is said when it is read.
    const about = await stat(file).catch(() => null);
    if (about !== null && !about.isFile() && !about.isDirectory())
      throw new Misuse(`cannot read ${file}: it is no file`);
    return documentsIn(await sourceOf(file, io));
  } catch (error) {
    if (!(error instanceof Misuse)) throw error;
    return { found: [], problems: [{ position: position(at, ''), place: at, reason: error.message }] };
  }
}

/** The path of a file that another one names, from its own folder. A lone `-` is a file too, and not standard input. */
function fileFrom(own: string, given: string): string {
  const file = path.isAbsolute(given) ? given : path.join(path.dirname(own), given);
  return file === '-' ? './-' : file;
}

/** A firing of an automation that is not there can only be a mistake. */
function unknownIn({ expect, path: at }: TestStep, standing: readonly Automation[], position: Place): Problem[] {
  const known = new Set(standing.flatMap(({ id, name }) => [id, name]));
  const read = (): unknown =>
    each(expect, ({ automation }, i) => {
      if (known.has(automation)) return;
      const names = standing.map(({ id }) => id).join(', ') || 'none';
      throw new InvalidDocument(
        `${at}.expect[${i}].automation`,
        `is no automation of this test, which has ${names}`,
        automation,
      );
    });
  const checked = parsedFrom(read, position);
  return 'problems' in checked ? checked.problems : [];
}
