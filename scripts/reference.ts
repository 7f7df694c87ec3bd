/**
 * Writes docs/reference.md from the declarations and their comments, the schema of the settings and the defaults of jobs.
 * `sh scripts/node.sh scripts/reference.ts`
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { settingsSchema } from '../src/config.ts';
import { DEFAULT_QUEUE } from '../src/model/action.ts';
import { ATTEMPTS, BACKOFF, DEDUPLICATION_TTL_MS, KEEP_COMPLETED, KEEP_FAILED } from '../src/relay/jobs.ts';

const root = path.join(import.meta.dirname, '..');
const PAGE = path.join(root, 'docs', 'reference.md');

/** A declaration, or a member of a class: its comment as text, and what stands in the declaration file. */
type Declared = Readonly<{ name: string; comment: string; text: string }>;

/** Sections of whole declarations, by the names that stand in them; what no section names comes last. */
const SECTIONS: readonly (readonly [title: string, names: readonly string[], words: string])[] = [
  ['Options', ['WatchfireOptions', 'EmitOptions'], ''],
  ['Hooks', ['WorkerHooks', 'Observer', 'QueueJob', 'Worker'], 'What `startWorker` takes and gives.'],
  ['Clocks', ['ManualClock', 'Clock', 'systemClock'], 'For tests and simulations.'],
  ['simulate', ['simulate', 'SimulateOptions', 'ScenarioAnswer', 'Answered', 'ScenarioDocument', 'ScenarioStep'], ''],
];

/** What the subpath for tests gives, in the order of the page. */
const TESTING = [
  'testEngine',
  'testServer',
  'TestEngineOptions',
  'TestServerOptions',
  'TestEngine',
  'TestOutcome',
  'TestServer',
];

/** What src/index.ts or src/testing.ts exports, by name: the file that declares it, as its path in src without an ending. */
function exportsOf(index: string): Map<string, string> {
  const lists = [...index.matchAll(/export (?:type )?\{([^}]*)\} from '\.\/([\w/-]+)\.ts'/g)];
  return new Map(
    lists.flatMap(([, names = '', file = '']) =>
      [...names.matchAll(/(\w+)\s*(?:,|$)/g)].map(([, name = '']): [string, string] => [name, file]),
    ),
  );
}

/** The declarations that these files hold under these names; another of the same name in another file is another thing. */
function declarationsIn(folder: string, wanted: ReadonlyMap<string, string>): Map<string, Declared> {
  const found = new Map<string, Declared>();
  for (const file of new Set(wanted.values())) {
    const text = readFileSync(path.join(folder, `${file}.d.ts`), 'utf8');
    const pattern =
      /(?:^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^export (?:declare )?(?:abstract )?(class|type|const|function) (\w+)/gm;
    for (const match of text.matchAll(pattern)) {
      const [whole, comment = '', kind = '', name = ''] = match;
      if (wanted.get(name) !== file) continue;
      const start = match.index + whole.indexOf('export ', comment.length);
      const rest = text.slice(start);
      const end =
        kind === 'class'
          ? rest.search(/^\}$/m) + 1
          : rest.search(/;$(?=\n(?:export|\/\*|declare|import|type|$)|\n?$(?![\s\S]))/m) + 1;
      found.set(name, { name, comment: plain(comment), text: rest.slice(0, end).replace(/^ +#private;\n/m, '') });
    }
  }
  const missing = [...wanted].filter(([name]) => !found.has(name)).map(([name, file]) => `${name} (${file})`);
  if (missing.length > 0) throw new Error(`the package exports what these files do not declare: ${missing.join(', ')}`);
  return found;
}

/** The words of a comment, without its stars; each tag begins a paragraph. */
function plain(comment: string): string {
  const lines = comment.split('\n').map((line) => line.replace(/^\s*\* ?/, ''));
  return lines
    .join('\n')
    .replace(/\s*@(throws|returns|param) (\S+)/g, (_, tag: string, word: string) => `\n\n_${tag}_ ${word}`)
    .trim();
}

/** The members of a class with their comments; what only classes derived from it see is left out. */
function membersOf({ text }: Declared): Declared[] {
  const pattern =
    /(?:^ {4}\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^ {4}((?!protected |private |#|\/\*| |\*)[\s\S]*?;)$(?=\n(?: {4}[^\s}]|\}))/gm;
  return [...text.matchAll(pattern)].map(([, comment = '', member = '']) => ({
    name: /(?:readonly |get |async )*\*?(\w+)/.exec(member)?.[1] ?? '',
    comment: plain(comment),
    text: member.replace(/^ {4}/gm, ''),
  }));
}

const fenced = (text: string): string => `\`\`\`typescript\n${text.trim()}\n\`\`\`\n`;

function described({ comment, text }: Declared): string {
  return `${comment === '' ? '' : `${comment}\n\n`}${fenced(text)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n').concat('\n');
}

function settingsTable(): string {
  const { properties = {} } = z.toJSONSchema(settingsSchema, { io: 'input' });
  const rows = Object.entries(properties as Record<string, { description: string; default: unknown }>);
  return table(
    ['setting', 'default', 'what it is for'],
    rows.map(([name, { description, default: value }]) => [`\`${name}\``, `\`${JSON.stringify(value)}\``, description]),
  );
}

/** Errors that programs get, with their codes, from the source. */
function errorsTable(all: ReadonlyMap<string, Declared>, exported: ReadonlySet<string>): string {
  const source = readFileSync(path.join(root, 'src', 'errors.ts'), 'utf8');
  const classes = [...source.matchAll(/^export class (\w+) extends \w+ \{([\s\S]*?)^\}$/gm)];
  const rows = classes
    .filter(([, name = '']) => exported.has(name))
    .map(([, name = '', body = '']) => {
      const code = /super\(\s*'(\w+)'/.exec(body)?.[1];
      return [`\`${name}\``, code ? `\`${code}\`` : '', (all.get(name)?.comment ?? '').replace(/\s+/g, ' ')];
    });
  return table(['error', '`code`', 'what it means'], rows);
}

function jobDefaults(): string {
  const rows = [
    ['queue', `\`${DEFAULT_QUEUE}\``, 'of actions of any other type than `queue`'],
    ['`removeOnComplete`', `\`${JSON.stringify(KEEP_COMPLETED)}\``, 'finished jobs that are kept, ages in seconds'],
    ['`removeOnFail`', `\`${JSON.stringify(KEEP_FAILED)}\``, 'failed jobs that are kept, ages in seconds'],
    ['`attempts`', `\`${ATTEMPTS}\``, 'how often a job is tried in all'],
    ['`backoff`', `\`${JSON.stringify(BACKOFF)}\``, 'how long it waits between tries, in ms'],
    ['`jobId`', '`f-<firing id>-<action_index>`', 'the same for every repeat'],
    [
      '`deduplication`',
      `\`${JSON.stringify({ ttl: DEDUPLICATION_TTL_MS, extend: true })}\``,
      'how long a repeat is recognised, in ms',
    ],
  ];
  return table(['option', 'value', ''], rows);
}

/** Runs `use` on a folder with the declaration files of src/, as the package has them. */
export function withDeclarations<T>(use: (folder: string) => T): T {
  const folder = mkdtempSync(path.join(tmpdir(), 'watchfire-reference-'));
  try {
    const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
    const parameters = [compiler, '-p', 'tsconfig.build.json', '--emitDeclarationOnly', '--outDir', folder];
    execFileSync(process.execPath, parameters, { cwd: root });
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Where else what `Watchfire` can do is declared: in the classes that it extends. */
const INHERITED: readonly (readonly [name: string, file: string])[] = [
  ['HttpSourced', 'sources/http-sourced'],
  ['Sourced', 'sources/sourced'],
  ['Reactor', 'reactions/reactor'],
  ['Explained', 'why/explained'],
  ['Views', 'inspect/views'],
];

/** The whole page. `folder`: as `withDeclarations` gives it. */
export function reference(folder: string): string {
  const exported = exportsOf(readFileSync(path.join(root, 'src', 'index.ts'), 'utf8'));
  const testing = exportsOf(readFileSync(path.join(root, 'src', 'testing.ts'), 'utf8'));
  for (const name of ['testEngine', 'testServer']) testing.set(name, 'testing');
  // What Watchfire inherits is shown as its own.
  const wanted = new Map([...testing, ...exported, ...INHERITED]);
  return pageOf(declarationsIn(folder, wanted), new Set(exported.keys()), new Set(testing.keys()));
}

function pageOf(
  all: ReadonlyMap<string, Declared>,
  exported: ReadonlySet<string>,
  testing: ReadonlySet<string>,
): string {
  const named = new Set(['Watchfire', ...SECTIONS.flatMap(([, names]) => names)]);
  const errors = new Set(
    [...readFileSync(path.join(root, 'src/errors.ts'), 'utf8').matchAll(/^export class (\w+)/gm)].map(
      ([, name = '']) => name,
    ),
  );
  const of = (name: string): Declared[] => [all.get(name) ?? []].flat();
  const section = (title: string, ...parts: string[]): string => [`## ${title}\n`, ...parts.filter(Boolean)].join('\n');
  const watchfire = all.get('Watchfire');
  const members = [watchfire, ...INHERITED.map(([name]) => all.get(name))].flatMap((declared) =>
    declared ? membersOf(declared) : [],
  );
  const methods = members.filter(({ name }) => !['abstract', 'connections', 'store'].includes(name));
  const rest = [...exported].filter((name) => !named.has(name) && !errors.has(name)).sort();
  return [
    '<!-- Written by scripts/reference.ts from the declarations: do not edit. -->\n',
    '# Reference\n',
    "What `import … from 'watchfire'` and `require('watchfire')` give.\n",
    section('Watchfire', `${watchfire?.comment}\n`),
    ...methods
      .filter(({ name }, i) => methods.findIndex((other) => other.name === name) === i)
      .map((member) => `### ${member.name}\n\n${described(member)}`),
    section('Settings', 'Given to `new Watchfire(…)` beside the [options](#options).\n', settingsTable()),
    ...SECTIONS.map(([title, names, words]) =>
      section(title, words && `${words}\n`, ...names.flatMap(of).map(described)),
    ),
    section(
      'watchfire/testing',
      "What `import … from 'watchfire/testing'` gives: [testing automations](testing.md).\n",
      ...TESTING.flatMap(of).map(described),
    ),
    section(
      'Errors',
      'Match on `code`: it is never renamed. Errors that are worth another try are `TryLater` and say when.\n',
      errorsTable(all, new Set([...exported, ...testing])),
    ),
    section('Jobs', 'What a job has where its action does not say otherwise.\n', jobDefaults()),
    section(
      'Documents and answers',
      'What the keys of an automation do: [semantics](semantics.md), [patterns](patterns.md), [conditions](conditions.md).\n',
      ...rest.flatMap(of).map(described),
    ),
  ].join('\n');
}

if (import.meta.main) writeFileSync(PAGE, withDeclarations(reference));
