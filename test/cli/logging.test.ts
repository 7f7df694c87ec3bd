import { expect, test } from 'vitest';
import { warningsTo } from '../../src/cli/logging.ts';

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
