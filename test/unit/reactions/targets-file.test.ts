import { renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { describe, expect, test } from 'vitest';
import { InvalidDocument } from '../../../src/errors.ts';
import { linkToken } from '../../../src/reactions/link.ts';
import { readTargets } from '../../../src/reactions/targets-file.ts';
import { WatchedTargets } from '../../../src/reactions/watched-targets.ts';
import { fileOf } from '../../reactions/shop.ts';

const env = { SLACK_PATH: 'T0/B0/s3cret', MAIL: 'pässword', EMPTY: '' };
/** Its path is a secret of the environment. */
const SLACK_URL = `https://hooks.slack.com/\${SLACK_PATH}`;
const read = (text: string) => readTargets(fileOf(text), env);

const slack = (url: string) => `targets:\n  ops: { kind: slack, url: "${url}" }\n`;

function problemsOf(text: string): string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    return error.problems.map(({ message, value }) => message + value);
  }
}

describe('a targets file', () => {
  test('gives targets by name, with what its references stand for, and by blocks of Prefect', () => {
    const file = fileOf(
      `${slack(SLACK_URL)}  page: { kind: pagerduty, routing_key: file:key }\nblocks: { b-1: ops }\n`,
    );
    writeFileSync(path.join(path.dirname(file), 'key'), 'r0uting-key\n');
    const targets = readTargets(file, env);
    expect(targets.kinds()).toEqual([
      ['ops', 'slack'],
      ['page', 'pagerduty'],
    ]);
    expect(targets.find('ops')).toMatchObject({ url: 'https://hooks.slack.com/T0/B0/s3cret' });
    expect(targets.find('page')).toMatchObject({ routing_key: 'r0uting-key' });
    expect(targets.find('block:b-1')).toBe(targets.find('ops'));
    expect([targets.find('other'), targets.find('block:other'), targets.find('b-1')]).toEqual([null, null, null]);
  });

  test('takes its secrets out of texts, in every form in which they come back', () => {
    const file = fileOf(`${slack(SLACK_URL)}  mail: { kind: email, smtp: "smtp://u:p%40ssword@x", from: a, to: b }\n`);
    const targets = readTargets(file, env);
    const texts = [
      'no T0/B0/s3cret here',
      `at ${encodeURIComponent('T0/B0/s3cret')}`,
      'https://hooks.slack.com/T0/B0/s3cret',
      'AUTH p@ssword',
      'p%40ssword',
    ];
    expect(texts.map((text) => targets.redacted(text)).join(' ')).not.toMatch(/s3cret|ssword/);
    expect(targets.redacted('nothing of it')).toBe('nothing of it');
  });

  test('takes the parts of them out that a receiver repeats', () => {
    const login = Buffer.from('me:l0gin-s3cret').toString('base64');
    const file = fileOf(
      `targets:
  a: { kind: webhook, url: "\${QUERY_URL}", headers: { authorization: "Bearer t0ken-s3cret" } }
  b: { kind: webhook, url: "https://x/", headers: { authorization: "Basic ${login}" } }
  c: { kind: slack, url: "https://hooks.slack.com/services/T0/B0/l0ng-path-s3cret" }
`,
    );
    const targets = readTargets(file, { ...env, QUERY_URL: 'https://x/?key=qu%C3%A9ry-s3cret-0123' });
    const texts = [
      'the token t0ken-s3cret is wrong',
      'me:l0gin-s3cret cannot log in',
      'l0gin-s3cret is wrong',
      'nothing at l0ng-path-s3cret',
      '/?key=qu%C3%A9ry-s3cret-0123',
      'no key quéry-s3cret-0123',
    ];
    for (const text of texts) expect(targets.redacted(text)).not.toContain('s3cret');
    expect(targets.redacted('services of Bearer')).toBe('services of Bearer');
  });

  test.each([
    ['targets: [', /^targets file: must be YAML: /],
    ['[]', /^targets file: must be an object with "targets"$/],
    ['target: {}', /^target: unknown key$/],
    ['targets: { a: { kind: fax } }', /^targets\.a\.kind: must be one of webhook, slack, /],
    ['targets: { a: { kind: slack } }', /^targets\.a\.url: must be a non-empty string|^targets\.a\.url: is required/],
    ['targets: { a: { kind: slack, url: "ftp://x", more: 1 } }', /^targets\.a\.url: must be an http or https URL/],
    [
      'targets: { a: { kind: slack, url: "https://u:p@x/" } }',
      /^targets\.a\.url: must be an http or https URL without user/,
    ],
    [
      `targets: { a: { kind: slack, url: "https://x/\${NO_SUCH}" } }`,
      /^targets\.a\.url: the environment has no NO_SUCH$/,
    ],
    [`targets: { a: { kind: slack, url: "https://x/\${EMPTY}" } }`, /^targets\.a\.url: the environment has no EMPTY$/],
    ['targets: { a: { kind: slack, url: "file:gone" } }', /^targets\.a\.url: cannot read .*gone: ENOENT/],
    [
      'targets: { a: { kind: webhook, url: "https://x", secret: hidden } }',
      /^targets\.a\.secret: must be random bytes in base64/,
    ],
    ['targets: { a: { kind: slack, url: "https://x", rate: fast } }', /^targets\.a\.rate: must be like 60\/m$/],
    ['blocks: { b: nobody }', /^blocks\.b: must be the name of a target$/],
    ['links: 1', /^links: must be an object$/],
    ['links: { base: "http://x.example/", secret: s }', /^links\.base: must be an https URL that ends in \//],
    [`links: { base: "https://x.example/", secret: ${'s'.repeat(31)} }`, /^links\.secret: must have at least 32/],
    [
      `links: { base: "https://x/", secret: ${'s'.repeat(32)}, valid: 8d }`,
      /^links\.valid: must be a duration from 1s/,
    ],
    [
      'targets: { a: { kind: slack, url: "https://x", links: true } }',
      /^targets\.a\.links: needs "links" of the file$/,
    ],
  ])('%s is refused', (text, problem) => {
    expect(problemsOf(text)[0]).toMatch(problem);
  });

  test('says how links are made, and takes their secret and their tokens out of texts', () => {
    const secret = 'k'.repeat(32);
    const targets = read(`links: { base: "https://x.example/w/", secret: ${secret} }`);
    expect(targets.links).toEqual({ base: 'https://x.example/w/', secret, validMs: 86_400_000 });
    const token = linkToken(
      { act: 'ack', automation: 'a', labels: {}, firedMs: 0, untilMs: 1 },
      { secret, namespace: 'wf' },
    );
    expect(targets.redacted(`${secret} and ?t=${token}.`)).toBe('… and ?t=….');
  });

  test('that stands in itself is refused', () => {
    expect(problemsOf('targets: &all\n  ops: *all\n')).toEqual(['targets file: is nested too deep, or in itself']);
  });

  test('is refused without showing what stands there', () => {
    const text =
      'targets: { a: { kind: pagerduty, routing_key: s3cret, severity: s3cret }, b: { kind: webhook, url: s3cret, secret: s3cret } }';
    const problems = problemsOf(text);
    expect(problems).toHaveLength(3);
    expect(problems.join()).not.toContain('s3cret');
  });
});

describe('a targets file that changes', () => {
  function watched(text: string) {
    const file = fileOf(text);
    const lines: string[] = [];
    const logger = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    const targets = new WatchedTargets({ file, env, logger });
    const write = (next: string): void => {
      writeFileSync(`${file}.new`, next);
      renameSync(`${file}.new`, file);
      targets.refresh();
    };
    return { targets, lines, write };
  }

  test('is read again', () => {
    const { targets, write } = watched(slack('https://one.example/'));
    write(slack('https://two.example/'));
    expect(targets.current.find('ops')).toMatchObject({ url: 'https://two.example/' });
  });

  test('is read again when a file that it names has changed, also the second time', () => {
    const file = fileOf('targets: { ops: { kind: ntfy, url: "https://x.example/t", token: file:token } }\n');
    const token = path.join(path.dirname(file), 'token');
    writeFileSync(token, 'first');
    const targets = new WatchedTargets({ file, env, logger: pino({ level: 'silent' }) });
    for (const next of ['second', 'the third']) {
      writeFileSync(token, next);
      targets.refresh();
      expect(targets.current.find('ops')).toMatchObject({ token: next });
    }
  });

  test('and has an error changes nothing; the log says what is wrong, once, without the value', () => {
    const { targets, lines, write } = watched(slack('https://one.example/'));
    write(slack('s3cret'));
    targets.refresh();
    expect(targets.current.find('ops')).toMatchObject({ url: 'https://one.example/' });
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('targets.ops.url: must be an http or https URL');
    expect(lines[0]).not.toContain('s3cret');
  });

  test('is refused at the start when it is wrong', () => {
    expect(() => watched('targets: 5')).toThrow('targets: must be an object');
  });

  test('is not needed', () => {
    const targets = new WatchedTargets({ file: null, env, logger: pino({ level: 'silent' }) });
    targets.refresh();
    expect(targets.current.find('ops')).toBeNull();
  });
});
