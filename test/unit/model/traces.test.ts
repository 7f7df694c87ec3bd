import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { InvalidDocument } from '../../../src/errors.ts';
import { parseAutomation } from '../../../src/model/automation.ts';
import { type Decoded, decode } from '../../../src/model/intake.ts';

type Step = { at: string; event?: unknown; put?: unknown };
type Scenario = {
  name: string;
  automations: unknown[];
  timeline: Step[];
  invalid?: string;
  refused?: { step: number; reason: string }[];
};

const folder = fileURLToPath(new URL('../../../../shared/traces/', import.meta.url));

function scenarios(file: string): Scenario[] {
  const path = `${folder}${file}`;
  if (!existsSync(path))
    throw new Error('The traces are missing: they stand beside the checkout, in ../shared/traces.');
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Scenario);
}

/** The first error among the documents a scenario loads, as `path: reason`. */
function firstError(scenario: Scenario): string | undefined {
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

function decoded(step: Step): Decoded {
  return decode({ id: `${Date.parse(step.at)}-0`, fields: ['data', JSON.stringify(step.event)] });
}

describe.each(['named.ndjson', 'prefect-compatible.ndjson', 'watchfire.ndjson'])('%s', (file) => {
  const all = scenarios(file);

  test('every automation loads, and each faulty one is refused for the stated reason', () => {
    expect(all.length).toBeGreaterThan(100);
    const answers = all.map((scenario) => ({ name: scenario.name, invalid: firstError(scenario) }));
    expect(answers).toEqual(all.map(({ name, invalid }) => ({ name, invalid })));
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
