import { describe, expect, test } from 'vitest';
import { fixedPart, notYet, TRACE_FILES, tracesIn } from '../traces/recorded.ts';
import { runScenario } from './scenario.ts';

const listed = new Set(notYet('oracle'));

describe.each(TRACE_FILES)('%s', (file) => {
  const recorded = tracesIn(file);

  test.each(recorded.filter(({ name }) => !listed.has(name)))('the model answers $name as recorded', (one) => {
    expect(fixedPart(runScenario(one))).toEqual(fixedPart(one));
  });

  test.each(recorded.filter(({ name }) => listed.has(name)))(
    'the list says that the model does not yet answer $name',
    (one) => {
      expect(fixedPart(runScenario(one)), 'take the name out of test/oracle/not-yet.txt').not.toEqual(fixedPart(one));
    },
  );
});
