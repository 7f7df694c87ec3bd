import { compileGlob } from '../match/glob.ts';
import { type Finding, quoted, warning } from './finding.ts';
import { labelsAt, namePatternsIn, type PlacedText, type PlacedTrigger, patternObjectsIn } from './places.ts';
import { globsOf, looksLikeExpression, looksLikeExpressionOfValue } from './regular-expression.ts';

/** The events with which Prefect tells what its automations did, and the ids of those automations. */
const PREFECT_AUTOMATION = /^prefect(?:-cloud)?\.automation(?:[.*]|$)/;

const NO_EXPRESSION = 'looks like a regular expression, but only *, ? and [sets] are more than the character itself';

/** What is odd about the patterns of a trigger. @param carried whether an event had a name that a pattern matches */
export function patternFindings(
  { written, path }: PlacedTrigger,
  carried: (matches: (name: string) => boolean) => boolean,
): Finding[] {
  const names = namePatternsIn(written, path);
  const values = [{ written, path }, ...patternObjectsIn(written, path)]
    .flatMap((one) => ['match', 'match_related'].flatMap((key) => labelsAt(one.written[key], `${one.path}.${key}`)))
    .flatMap(({ patterns }) => patterns);
  return [
    ...names
      .filter(({ text }) => !carried(compileGlob(text.replace(/^!/, ''))))
      .flatMap((one) => nameFinding(one) ?? []),
    ...values.flatMap((one) => valueFinding(one) ?? []),
  ];
}

function nameFinding({ text, place }: PlacedText): Finding | null {
  const negation = text.startsWith('!') ? '!' : '';
  const body = text.slice(negation.length);
  if (PREFECT_AUTOMATION.test(body)) {
    return warning(
      place,
      `${quoted(text)} is an event of Prefect; the events of Watchfire's automations have other names`,
      insteadOf(body),
    );
  }
  if (looksLikeExpression(body)) return warning(place, `${quoted(text)} ${NO_EXPRESSION}`, globAdvice(body, negation));
  const trimmed = body.trim();
  if (trimmed !== body) {
    return warning(place, `${quoted(text)} begins or ends with a space`, `write ${quoted(negation + trimmed)}`);
  }
  const [end] = /[.:/_,;!'"-]$/.exec(body) ?? [];
  if (end === undefined) return null;
  const stem = body.replace(/[,;!'"]+$/, '');
  const meant = stem === body ? `${stem}*` : stem;
  return warning(place, `${quoted(text)} ends with ${end}, as no name does`, `write ${quoted(negation + meant)}`);
}

function valueFinding({ text, place }: PlacedText): Finding | null {
  const negation = text.startsWith('!') ? '!' : '';
  const body = text.slice(negation.length);
  if (PREFECT_AUTOMATION.test(body)) {
    const id = body.replace(PREFECT_AUTOMATION, (found) => (found.endsWith('*') ? 'automation*' : 'automation.'));
    return warning(
      place,
      `${quoted(text)} is how Prefect names its automations`,
      `the events of Watchfire's automations have the label id: write id: ${quoted(negation + id)}`,
    );
  }
  if (!looksLikeExpressionOfValue(body)) return null;
  return warning(place, `${quoted(text)} ${NO_EXPRESSION}`, globAdvice(body, negation));
}

function insteadOf(body: string): string {
  const rest = body.replace(/^prefect(?:-cloud)?\.automation\.?/, '');
  if (rest === 'triggered' || rest === 'resolved') return `write "automation.${rest}"`;
  if (/^action/.test(rest)) return 'Watchfire sends none about actions: look at the job in BullMQ';
  return 'write "automation.triggered" or "automation.resolved"';
}

function globAdvice(body: string, negation: string): string {
  const globs = globsOf(body);
  // `!(a|b)` is no list: of a list one pattern is enough.
  if (globs.length === 0 || (negation !== '' && globs.length > 1)) {
    return 'write it with * for any text, ? for one character, [0-9] for one of a set, or as a list';
  }
  return `write ${globs.map((glob) => quoted(negation + glob)).join(', ')}`;
}
