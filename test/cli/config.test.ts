import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { NOUNS, VERBS } from '../../src/cli/catalogue.ts';
import { configuredBy } from '../../src/cli/configuration.ts';
import { attributeOf, SETTING_NAMES, variableOf } from '../../src/cli/setting-list.ts';
import { settingsSchema } from '../../src/config.ts';
import { run } from './run.ts';

function fileOf(text: string): string {
  const dir = mkdtempSync(path.join(tmpdir(), 'watchfire-config-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  const file = path.join(dir, 'watchfire.yaml');
  writeFileSync(file, text);
  return file;
}

type Held = Readonly<{ value: unknown; by: string }>;

async function held(argv: readonly string[], env: Record<string, string> = {}): Promise<Record<string, Held>> {
  const { status, out, err } = await run(['config', '-o', 'json', ...argv], { env });
  expect({ status, err }).toEqual({ status: 0, err: [] });
  return JSON.parse(out.join('\n')) as Record<string, Held>;
}

const refusal = async (argv: readonly string[], env: Record<string, string> = {}) => {
  const { status, err } = await run(['config', ...argv], { env });
  return { status, err };
};

describe('of what is said of a setting', () => {
  test('an option holds before a variable, a variable before the file, and the file before the default', async () => {
    const file = fileOf('retention: 7d\nchunk-size: 50\nmax-queue-depth: 9\n');
    const env = { WATCHFIRE_CONFIG: file, WATCHFIRE_CHUNK_SIZE: '60', WATCHFIRE_MAX_QUEUE_DEPTH: '8' };
    expect(await held(['--max-queue-depth', '7'], env)).toMatchObject({
      'ledger-retention': { value: '30d', by: 'default' },
      retention: { value: '7d', by: `${file}:1` },
      'chunk-size': { value: '60', by: 'WATCHFIRE_CHUNK_SIZE' },
      'max-queue-depth': { value: '7', by: '--max-queue-depth' },
    });
  });

  test('a verb does as it says', async () => {
    const file = fileOf('namespace: not a name\n');
    const { status, err } = await run(['list', '--config', file]);
    expect({ status, err }).toEqual({
      status: 2,
      err: [expect.stringMatching(/^watchfire: --namespace: must be 1 to 64 letters/)],
    });
  });

  test('REDIS_URL holds before the file and after WATCHFIRE_REDIS, whichever form the secret has', async () => {
    const config = fileOf('redis: redis://file:1\n');
    const url = fileOf('redis://:secret@content:1\n');
    const by = async (env: Record<string, string>): Promise<Held | undefined> =>
      (await held(['--config', config], env)).redis;
    expect(await by({ REDIS_URL: 'redis://url:1' })).toMatchObject({ value: 'redis://url:1', by: 'REDIS_URL' });
    expect(await by({ REDIS_URL: '' })).toMatchObject({ value: 'redis://file:1', by: `${config}:1` });
    expect(await by({ WATCHFIRE_REDIS: 'redis://own:1' })).toMatchObject({ by: 'WATCHFIRE_REDIS' });
    expect(await by({ WATCHFIRE_REDIS_FILE: url })).toMatchObject({
      value: 'redis://:***@content:1',
      by: 'WATCHFIRE_REDIS_FILE',
    });
  });

  test('nobody sees a secret', async () => {
    const env = { WATCHFIRE_REDIS: 'redis://u:s3cr3t@h:1', WATCHFIRE_REDIS_PASSWORD: 's3cr3t' };
    for (const argv of [['config'], ['config', '-o', 'json']]) {
      const { out } = await run(argv, { env });
      expect(out.join('\n')).not.toContain('s3cr3t');
      expect(out.join('\n')).toContain('***');
    }
  });
});

describe('what is wrong is named', () => {
  test.each<[string, RegExp]>([
    ['retentoin: 7d\n', /watchfire\.yaml:1: retentoin: is no setting; did you mean retention\?$/],
    ['\nwhat-is-this: 7d\n', /watchfire\.yaml:2: what-is-this: is no setting; "watchfire config" shows all$/],
    ['chunk-size: 5000\n', /yaml:1: chunk-size: must be a whole number from 1 to 1000 \(found 5000\)$/],
    ['retention: soon\n', /yaml:1: retention: must be a duration like 24h \(found "soon"\)$/],
    ['log-level: loud\n', /yaml:1: log-level: must be one of trace, debug, info, warn, error \(found "loud"\)$/],
    ['actions: perhaps\n', /yaml:1: actions: must be true or false \(found "perhaps"\)$/],
    ['- namespace\n', /yaml:1: must be settings, a name and a value each$/],
    ['a: [\n', /yaml:\d: is not YAML: /],
    ['redis: [1]\n', /yaml:1: redis: must be a URL$/],
  ])('in the file %j', async (text, sentence) => {
    expect(await refusal(['--config', fileOf(text)])).toEqual({ status: 2, err: [expect.stringMatching(sentence)] });
  });

  test.each<[Record<string, string>, RegExp]>([
    [
      { WATCHFIRE_RETENTON: '7d' },
      /^watchfire: WATCHFIRE_RETENTON: is no setting; did you mean WATCHFIRE_RETENTION\?$/,
    ],
    [{ WATCHFIRE_CHUNK_SIZE: 'x' }, /^watchfire: WATCHFIRE_CHUNK_SIZE: chunk-size: must be a number \(found "x"\)$/],
    [{ WATCHFIRE_CONFIG: 'nowhere.yaml' }, /^watchfire: --config: cannot read nowhere\.yaml: ENOENT/],
    [{ WATCHFIRE_REDIS_PASSWORD_FILE: 'nowhere' }, /^watchfire: WATCHFIRE_REDIS_PASSWORD_FILE: cannot read nowhere/],
  ])('in the environment %j', async (env, sentence) => {
    expect(await refusal([], env)).toEqual({ status: 2, err: [expect.stringMatching(sentence)] });
  });

  test('a certificate without its key is refused', async () => {
    const { err } = await run(['list', '--redis', 'rediss://h:1', '--tls-cert', fileOf('x')]);
    expect(err).toEqual(['watchfire: --tls-cert: goes with --tls-key']);
  });
});

test('what Kubernetes tells every container is no setting', () => {
  const env = {
    WATCHFIRE_PORT: 'tcp://10.0.0.1:9464',
    WATCHFIRE_SERVICE_HOST: '10.0.0.1',
    WATCHFIRE_SERVICE_PORT_HTTP: '9464',
    WATCHFIRE_PORT_9464_TCP_ADDR: '10.0.0.1',
    WATCHFIRE_WORKER_SERVICE_HOST: '10.0.0.1',
  };
  expect([...configuredBy({ env }, undefined)]).toEqual([]);
});

test('every setting is the option of a verb, and every setting of the engine is one of these', async () => {
  const { Command } = await import('commander');
  const { commonOptions } = await import('../../src/cli/common-options.ts');
  const options = new Set(commonOptions(new Command()).options.map(({ long }) => long));
  const listed = [...Object.entries(VERBS), ...Object.values(NOUNS).flatMap(({ acts }) => Object.entries(acts))];
  for (const [name, { load }] of listed) {
    const command = new Command(name);
    if (name !== 'config') (await load()).verb.configure(command);
    for (const { long } of command.options) options.add(long);
  }
  expect(SETTING_NAMES.filter((name) => !options.has(`--${name}`))).toEqual([]);
  const attributes = new Set(SETTING_NAMES.map(attributeOf));
  expect(Object.keys(settingsSchema.shape).filter((name) => !attributes.has(name.replace(/Ms$/, '')))).toEqual([]);
  expect(SETTING_NAMES.map(variableOf)).toContain('WATCHFIRE_MAX_QUEUE_DEPTH');
});
