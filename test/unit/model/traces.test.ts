import { describe, expect, test } from 'vitest';
import { InvalidDocument } from '../../../src/errors.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { type Decoded, decode } from '../../../src/model/intake.ts';
import { fixedPart, notYet, type Recorded, TRACE_FILES, tracesIn } from '../../traces/recorded.ts';

const listed = new Set(notYet());

/** The first error among the documents a scenario loads, as `path: reason`. */
function firstError(scenario: Recorded): string | undefined {
  const puts = scenario.timeline.flatMap(({ put }) => (put === undefined ? [] : [put]));
  for (const document of [...scenario.automations, ...puts]) {
    try {
      parseAutomation(document);
    } catch (error) {
      if (error instanceof InvalidDocument) return error.message;
      throw error;
    }
  }
  return undefined;
}

function errorOf(invalid: string | undefined): { error: unknown } {
  return { error: invalid === undefined ? null : fixedPart({ invalid }) };
}

function decoded(step: Recorded['timeline'][number]): Decoded {
  return decode({ id: `${Date.parse(step.at)}-0`, fields: ['data', JSON.stringify(step.event)] });
}

describe.each(TRACE_FILES)('%s', (file) => {
  const all = tracesIn(file).filter(({ name }) => !listed.has(name));

  test('every automation loads, and each faulty one is refused for the stated reason', () => {
    const answers = all.map((scenario) => ({ name: scenario.name, ...errorOf(firstError(scenario)) }));
    expect(answers).toEqual(all.map(({ name, invalid }) => ({ name, ...errorOf(invalid) })));
  });

  test('exactly the events to be refused are refused, for the stated reason', () => {
    const refused = all.flatMap(({ name, timeline }) =>
      timeline.flatMap((step, i) => {
        const answer = step.event === undefined ? undefined : decoded(step);
        return answer?.kind === 'rejected' ? [{ name, step: i, reason: answer.reason }] : [];
      }),
    );
    expect(refused).toEqual(all.flatMap(({ name, refused = [] }) => refused.map((one) => ({ name, ...one }))));
  });
});
