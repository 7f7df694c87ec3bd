import { expect, test } from 'vitest';
import { notYet, TRACE_FILES, tracesIn } from '../traces/recorded.ts';

/** How many recorded scenarios each does not answer as recorded yet. Lower it when its list has become shorter; never raise it. */
const NOT_YET = { engine: 0, oracle: 0 };

const answering = ['engine', 'oracle'] as const;

test.each(answering)('the list of scenarios that the %s does not answer as recorded only gets shorter', (one) => {
  expect(notYet(one).length, 'lower NOT_YET to the number of names in the list; it never rises').toBe(NOT_YET[one]);
});

test.each(answering)('every scenario that is listed for the %s is there, once', (one) => {
  const names = new Set(TRACE_FILES.flatMap((file) => tracesIn(file).map(({ name }) => name)));
  expect(names.size).toBe(2_020);
  expect(notYet(one).filter((name) => !names.has(name))).toEqual([]);
  expect(new Set(notYet(one)).size).toBe(notYet(one).length);
});
