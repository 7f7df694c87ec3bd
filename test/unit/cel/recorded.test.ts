import { expect, test } from 'vitest';
import manifest from '../../../package.json' with { type: 'json' };
import { compileTree } from '../../../src/cel/compile.ts';
import { Evaluation } from '../../../src/cel/evaluation.ts';
import { InvalidExpression } from '../../../src/cel/expression.ts';
import { parseTree } from '../../../src/cel/syntax.ts';
import { celEvent } from './events.ts';
import { shown } from './shown.ts';

/*
 * What the libraries decide: how texts are read, the words of errors, what patterns are found and how large their programs are. A
 * replay has to give what it gave, so their answers are recorded: `npm test -- test/unit/cel/recorded.test.ts -u` writes them anew, and
 * the difference says what an update changes.
 */

const TEXTS = ['', 'a', 'ab', 'Abc 12', 'foo@example.com', 'GET /api/v12/users', '10.0.0.255', 'λόγος\n', '😀 x', 'ſK'];

const PATTERNS = String.raw`
^$  .  a|b  (?i)ABC  [[:alpha:]]+\s\d{2}$  \w+@\w+\.com  ^(?P<verb>GET|PUT)\s/api/v\d+/  ^\d{1,3}(?:\.\d{1,3}){3}$  \p{Greek}+$
^\p{Lu}  \P{L}  [^\x00-\x7f]  \bx\b  \Bb  (?s)^.*\n$  (?m)s$  (?U)a+  a{2,1}  a**  (?=a)  (?<=a)  (?<n>a)  \1  [z-a]  \pN  [\d\-x]
x{1001}  (?:a{100}){11}  \Qa.b\E  \x{1F600}  (?i)k  (?i)s  \C  \z  \Z  (?i:a)b  (  )  [  \  a{,2}  (?P<n>a)(?P<n>b)  ^*  |  ()  \8  [[:foo:]]
`
  .trim()
  .split(/\s{2,}|\n/);

const EXPRESSIONS = String.raw`
1 + 2 * 3 - 4 / 5 % 6
-1 - -1
!true != false == true
1 < 2 == true
payload.a.b[0].c
payload["a"]["b"]
a.b
payload.l.map(x, x).filter(y, true).exists(z, false)
payload.l.map(1, 2)
payload.l.all(x.y, true)
has(payload.a.b.c)
has(payload["a"])
true ? 1 : false ? 2 : 3
[1, 2,]
{"a": 1, "b": 2,}
{"a" 1}
[1 2]
size("a",)
"a" 'b'
'\u00e9\U0001F600\x41\101\n' + r'\n'
'\q'
'\ud800'
"""a
b"""
0x1F + 1
0x
1e3 + 1.5e-3
1e
1u + 0xFFu
-5u
18446744073709551616u
1.5.5
1..2
payload.in
payload.true
payload.if
if
in
null == null
payload.?a
payload[?"a"]
Type{a: 1}
payload.a()
payload.r"x"
payload.l.all(r"x", true)
payload.´a-b´
payload.´a-b´()
(1
1)
1 +
&& true
true & true
true | true
a = 1
@
// comment
true // comment
1 in [1] && "a" in {"a": 1}
.payload.a
google.protobuf.Timestamp == type(occurred)
google.protobuf.Duration
google.protobuf
timestamp("2026-02-30T00:00:00Z")
timestamp("2026-02-28T23:59:60Z")
timestamp("2026-02-28T23:59:59.123456789123+01:30")
duration("1h2m3.5s4ms5us6ns")
duration("1d")
string(1.0) + string(1e21) + string(1e-7) + string(-0.0) + string(100000000.0)
string(duration("-1.5s")) + string(timestamp(0))
int("-0") + int(1.9) + int(-1.9)
int("1.5")
double("1e3") + double(" 1")
bool("TRUE") || bool("yes")
string(b"\xff")
`
  .trim()
  .split('\n')
  .map((line) => line.replace(/^"""a$/, '"""a\\nb"""').replaceAll('´', '`'))
  .filter((line) => line !== 'b"""');

function answerTo(text: string): string {
  try {
    const run = new Evaluation(celEvent({ l: [1, 2], a: { b: [{ c: 1 }] } }));
    const value = shown(compileTree(parseTree(text))(run));
    return `${value} in ${run.steps}`;
  } catch (error) {
    if (error instanceof InvalidExpression) return `invalid: ${error.message}`;
    throw error;
  }
}

test('expressions are read and answered as they were', async () => {
  const lines = EXPRESSIONS.map((text) => `${text}\n    ${answerTo(text)}`);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('recorded-expressions.txt');
});

test('patterns are read and found as they were, in as many steps', async () => {
  const lines = PATTERNS.map((pattern) => {
    const literal = JSON.stringify(pattern);
    const answers = TEXTS.map((text) => answerTo(`${JSON.stringify(text)}.matches(${literal})`));
    const [first = ''] = answers;
    return `${pattern}\n    ${first.startsWith('invalid') ? first : answers.join(', ')}`;
  });
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('recorded-patterns.txt');
});

test('the libraries that decide it have one version each', () => {
  const { '@marcbachmann/cel-js': parser, re2js: patterns } = manifest.dependencies;
  expect([parser, patterns].filter((version) => !/^\d/.test(version))).toEqual([]);
});
