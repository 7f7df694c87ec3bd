import { getConformanceSuite, type IncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { describe, expect, test } from 'vitest';
import { compileTree } from '../../../src/cel/compile.ts';
import { Evaluation } from '../../../src/cel/evaluation.ts';
import { InvalidExpression } from '../../../src/cel/expression.ts';
import { parseTree } from '../../../src/cel/syntax.ts';
import { TypeValue, Uint } from '../../../src/cel/value.ts';
import { celEvent } from './events.ts';
import { shown } from './shown.ts';

/*
 * The conformance cases of cel-spec for what conditions support. Left out are whole suites about protocol buffers and extensions,
 * and the cases below.
 */

const SUITES = [
  'basic',
  'comparisons',
  'conversions',
  'fields',
  'fp_math',
  'integer_math',
  'lists',
  'logic',
  'macros',
  'namespace',
  'parse',
  'plumbing',
  'string',
  'timestamps',
  'type_deductions',
];

type Case = IncrementalTestSuite['tests'][number]['original'];
type Expected = Extract<Case['resultMatcher'], { case: 'value' }>['value'];

/** Why a case is not asked; undefined for those that are. */
function leftOut({ expr, bindings, typeEnv, container, disableMacros, checkOnly }: Case): string | undefined {
  if (/TestAllTypes|NestedEnum/.test(expr) || /google\.protobuf\.\w+(?<!Timestamp|Duration)\b/.test(expr)) {
    return 'protocol buffers';
  }
  if (/\bgoogle\.protobuf\.\w+\s*\{/.test(expr)) return 'protocol buffers';
  if (/\boptional\b|\[\?|\{\?/.test(expr)) return 'optional values';
  if (Object.keys(bindings).length > 0 || typeEnv.length > 0) return 'variables of its own';
  if (container !== '') return 'containers';
  if (checkOnly) return 'only types are checked';
  return disableMacros ? 'without macros' : undefined;
}

/** Cases that are answered otherwise, and why. None of the suite's cases meets the mixing of doubles and integers. */
const OTHERWISE: Readonly<Record<string, string>> = {
  'basic/variables/unbound_is_runtime_error': 'rules 17.1: an unknown variable is an error of the document',
  'basic/functions/unbound_is_runtime_error': 'rules 17.1: an unknown function is an error of the document',
  ...Object.fromEntries(
    'as break const continue else for function if import let loop package namespace return var void while'
      .split(' ')
      .map((name) => [`parse/receiver_function_names/${name}`, 'rules 17.1: an unknown function, too']),
  ),
};

type Named = { name: string; original: Case };

function casesOf(suite: IncrementalTestSuite, path: string): Named[] {
  const own = suite.tests.map(({ original }) => ({ name: `${path}/${original.name}`, original }));
  return [...own, ...suite.suites.flatMap((inner) => casesOf(inner, `${path}/${inner.name}`))];
}

const all = getConformanceSuite()
  .suites.filter(({ name }) => SUITES.includes(name))
  .flatMap((suite) => casesOf(suite, suite.name));
const asked = all.filter(({ original }) => leftOut(original) === undefined);

function answerTo(expr: string): string {
  try {
    return shown(compileTree(parseTree(expr))(new Evaluation(celEvent({}))));
  } catch (error) {
    if (error instanceof InvalidExpression) return `failed: ${error.message}`;
    throw error;
  }
}

function shownExpected({ kind }: Expected): string {
  switch (kind.case) {
    case 'uint64Value':
      return shown(new Uint(kind.value));
    case 'listValue':
      return `[${kind.value.values.map(shownExpected).join(', ')}]`;
    case 'mapValue': {
      const entries = kind.value.entries.map(
        ({ key, value }) => `${shownExpected(key as Expected)}: ${shownExpected(value as Expected)}`,
      );
      return `{${entries.sort().join(', ')}}`;
    }
    case 'typeValue':
      return shown(new TypeValue(kind.value));
    case 'nullValue':
      return 'null';
    case 'objectValue':
    case 'enumValue':
      return 'a message';
    default:
      return shown(kind.value);
  }
}

function isRight({ expr, resultMatcher }: Case): boolean {
  const answer = answerTo(expr);
  switch (resultMatcher.case) {
    case 'value':
      return answer === shownExpected(resultMatcher.value);
    case 'typedResult': {
      const { result } = resultMatcher.value;
      return result === undefined ? !answer.startsWith('failed') : answer === shownExpected(result);
    }
    case 'evalError':
    case 'anyEvalErrors':
      return answer.startsWith('failed: ');
    default:
      // What says nothing has to hold.
      return answer === 'true';
  }
}

describe('the conformance cases of cel-spec', () => {
  test('are asked, but for those about what conditions have not', () => {
    expect(asked.length).toBeGreaterThan(1_000);
    const reasons = new Map<string, number>();
    for (const { original } of all) {
      const reason = leftOut(original);
      if (reason !== undefined) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    expect(Object.fromEntries(reasons)).toEqual({
      'only types are checked': 3,
      'optional values': 6,
      'protocol buffers': 105,
      'variables of its own': 51,
    });
  });

  test('are answered as cel-spec says, but for those that are listed', () => {
    const wrong = asked.filter(({ original }) => !isRight(original));
    const described = wrong.map(({ name, original }) => [name, original.expr, answerTo(original.expr)]);
    expect(described.filter(([name = '']) => !(name in OTHERWISE))).toEqual([]);
    // What is listed and is right would hide a change.
    expect(wrong.map(({ name }) => name).sort()).toEqual(Object.keys(OTHERWISE).sort());
  });
});
