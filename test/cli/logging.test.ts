import { expect, test } from 'vitest';
import { logLevels } from '../../src/cli/log-levels.ts';
import { loggerOn, warningsTo } from '../../src/cli/logging.ts';

test('a warning is one line, with the key that it is about and the reason', () => {
  const lines: string[] = [];
  const logger = warningsTo({ err: (line) => void lines.push(line) });
  logger.info('nobody has to know');
  logger.warn('all by itself');
  logger.warn({ error: 'it is down', delayMs: 50 }, 'step failed');
  logger.warn({ key: '{wf}:due', found: 'was deleted' }, 'a key was removed by others');
  logger.error({ key: '{wf}:position', position: '1-0' }, 'the position was lost');
  expect(lines).toEqual([
    'watchfire: all by itself',
    'watchfire: step failed: it is down',
    'watchfire: a key was removed by others: {wf}:due was deleted',
    'watchfire: the position was lost: {wf}:position',
  ]);
});

test('a subject has a level of its own where one is set', async () => {
  const lines: string[] = [];
  const io = { out: (line: string) => void lines.push(line), interactive: false } as Parameters<typeof loggerOn>[0];
  const logger = await loggerOn(io, { logLevel: 'warn, deliveries=debug' });
  const [firings, deliveries] = ['firings', 'deliveries'].map((subject) =>
    logger.child({ worker: 'w' }).child({ subject }),
  );
  logger.info('none');
  firings?.info('none');
  deliveries?.debug('one');
  firings?.warn('two');
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual(['one', 'two']);
});

test.each([
  ['loud', /^--log-level: must be one of trace, debug, info, warn, error \(found "loud"\)$/],
  ['info,firings=', /^--log-level: must be one of .* \(found ""\)$/],
  ['info,jobs=warn', /^--log-level: must name one of firings, deliveries, definitions \(found "jobs"\)$/],
])('the levels %j are refused', (text, sentence) => {
  expect(() => logLevels(text, '--log-level')).toThrow(sentence);
});

/** Bytes that a terminal obeys: of colours, of its title, of the direction of text. */
const OBEYED = '\u001b[31m \u009b31m \u202e \u0007';

/** What a worker says on a terminal, or into a file. */
async function said(interactive: boolean, fields: object, sentence: string): Promise<string> {
  const lines: string[] = [];
  const out = (line: string): void => void lines.push(line);
  const logger = await loggerOn({ out, interactive, color: false } as Parameters<typeof loggerOn>[0], {
    logLevel: 'info',
  });
  logger.info(fields, sentence);
  return lines.join('\n');
}

test.each([true, false])(
  'no text of an event is obeyed by a terminal that shows the log (readable: %s)',
  async (on) => {
    const line = await said(on, { id: OBEYED, labels: { [OBEYED]: OBEYED } }, `failed: ${OBEYED}\nERROR: forged`);
    expect(line).toContain('failed');
    expect(line.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
    expect(line).not.toMatch(/^ERROR: forged/m);
  },
);

test('a line for programs means the same text', async () => {
  expect(JSON.parse(await said(false, { id: OBEYED }, OBEYED))).toMatchObject({ id: OBEYED, msg: OBEYED });
});
