import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseAutomation } from '../../src/model/automation.ts';
import { parseEvent } from '../../src/model/event.ts';
import { decode } from '../../src/model/intake.ts';

const root = path.join(import.meta.dirname, '..', '..');
/** All pages for people, from the project's folder. */
const pages = ['', 'docs/'].flatMap((folder) =>
  readdirSync(path.join(root, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => folder + file),
);
const textOf = (page: string): string => readFileSync(path.join(root, page), 'utf8');
const prose = (text: string): string => text.replace(/^ *```[\s\S]*?^ *```$/gm, '');

const blocks = (file: string, kind: string): unknown[] =>
  [...textOf(file).matchAll(/^```(\S+ \S+)\n([\s\S]*?)^```$/gm)]
    .filter(([, info]) => info === `json ${kind}`)
    .map(([, , text = '']) => JSON.parse(text));

/** The anchors that headings of a page have. */
function anchorsOf(text: string): Set<string> {
  const headings = [...prose(text).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, '')
        .replaceAll(' ', '-'),
    ),
  );
}

describe.each(pages)('%s', (page) => {
  test('every link leads somewhere', () => {
    const links = [...prose(textOf(page)).matchAll(/\]\((?!\w+:)([^)#]*)(?:#([^)]*))?\)/g)];
    const broken = links.filter(([, file = '', anchor]) => {
      const target = file === '' ? path.join(root, page) : path.join(root, path.dirname(page), file);
      if (!existsSync(target)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(target, 'utf8')).has(anchor);
    });
    expect(broken.map(([link]) => link)).toEqual([]);
  });

  test('every file of the project that is named exists', () => {
    const files = [...prose(textOf(page)).matchAll(/`((?:test|src|lua|bench|scripts|examples|docs)\/[\w./-]+\.\w+)/g)];
    const missing = files.map(([, file = '']) => file).filter((file) => !existsSync(path.join(root, file)));
    expect(missing).toEqual([]);
  });

  test('every verb of the command line that is named exists', () => {
    const verbs = [
      ...textOf(page).matchAll(/(?:`|^ *\$? *)(?:npm run -s )?watchfire (?:-- )?(?!ready )([a-z]+)/gm),
    ].map(([, verb = '']) => verb);
    const unknown = verbs.filter((verb) => !existsSync(path.join(root, 'src/cli/verbs', `${verb}.ts`)));
    expect(unknown).toEqual([]);
  });
});

/** The words of a shell command, quotes taken off. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare = '']) => quoted ?? bare);

/** The lines that send an event, `watchfire` without what goes before it in a checkout. */
const commands = pages.flatMap((page) =>
  [...textOf(page).matchAll(/^ *((?:redis-cli XADD|(?:npm run -s )?watchfire (?:-- )?send (?!-)) *.*)$/gm)].map(
    ([, line = '']) => line.replace(/^npm run -s watchfire --/, 'watchfire'),
  ),
);

test.each(commands)('the event of `%s` is accepted', (line) => {
  const [program, , ...rest] = wordsOf(line);
  const pairs = program === 'watchfire' ? ['event', ...rest.flatMap((word) => word.split('='))] : rest.slice(2);
  expect(decode({ id: '1-0', fields: pairs })).toMatchObject({ kind: 'event' });
});

test('commands that send events were found', () => {
  expect(commands.length).toBeGreaterThan(3);
  expect(commands.some((line) => line.includes('prefect.flow-run.Running'))).toBe(true);
});

describe('patterns.md', () => {
  const triggers = [...textOf('docs/patterns.md').matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

  test.each(triggers)('the trigger is accepted: %s', (text) => {
    const { trigger } = parse(text) as { trigger: unknown };
    expect(() => parseAutomation({ id: 'a', name: 'a', trigger })).not.toThrow();
  });

  test('triggers were found', () => expect(triggers.length).toBeGreaterThan(8));
});

describe('coming-from-prefect.md', () => {
  const page = 'docs/coming-from-prefect.md';

  test('the automation and the event that are said to port do', () => {
    const [automations, events] = [blocks(page, 'automation'), blocks(page, 'event')];
    expect([automations.length, events.length]).toEqual([1, 1]);
    for (const document of automations) expect(parseAutomation(document).document).toEqual(document);
    for (const document of events) {
      expect(parseEvent(document, { entryId: '0-0', received: 0 }).resource).toEqual(
        (document as { resource: object }).resource,
      );
    }
  });

  const refused = [...textOf(page).matchAll(/^\| `(\{.*\})` *\| `(trigger\..*)` *\|$/gm)].map(
    ([, document, answer]) => ({
      document: document ?? '',
      answer,
    }),
  );

  test.each(refused)('$document is refused as stated', ({ document, answer }) => {
    const given = JSON.parse(document) as object;
    const trigger = 'triggers' in given ? given : { posture: 'Reactive', ...given };
    expect(() => parseAutomation({ id: 'a', name: 'a', trigger, actions: [] })).toThrow(answer);
  });

  test('the table of refused documents was found', () => {
    expect(refused.length).toBeGreaterThan(5);
  });
});

test('docs/README.md names every page', () => {
  const named = [...textOf('docs/README.md').matchAll(/\]\((?:\.\.\/)?([\w-]+\.md)\)/g)].map(([, page]) => page);
  const all = pages.filter((page) => page.startsWith('docs/')).map((page) => path.basename(page));
  expect(all.filter((page) => page !== 'README.md' && !named.includes(page))).toEqual([]);
});
