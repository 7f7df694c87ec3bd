import { InvalidDocument } from '../errors.ts';
import {
  InvalidTemplate,
  isTemplate,
  namesIn,
  parseTemplate,
  renderTemplate,
  type Scope,
} from '../template/template.ts';
import { each, joinPath } from './issue.ts';
import { isRecord } from './record.ts';

/** What templates give: texts, and where one is a single `{{ … }}` any value of JSON. */
export type FilledIn = unknown;

/**
 * A value whose texts may be templates, read once and filled in often.
 * @throws InvalidDocument naming the place below `path`, and what has no value
 */
export type Filling = (scope: Scope, untilMs: number, path: string) => FilledIn;

/**
 * Reads the templates of a value.
 * @param names what they may name
 * @throws InvalidDocument with the place of each that is wrong
 */
export function fillingOf(value: unknown, path: string, names: readonly string[]): Filling {
  if (typeof value === 'string') return isTemplate(value) ? templated(value, path, names) : () => value;
  if (Array.isArray(value)) {
    const inner = each(value, (one: unknown, i) => fillingOf(one, joinPath(path, i), names));
    return (scope, untilMs, at) => inner.map((fill, i) => fill(scope, untilMs, joinPath(at, i)));
  }
  if (!isRecord(value)) return () => value;
  const inner = each(Object.entries(value), ([key, one]) => [key, fillingOf(one, joinPath(path, key), names)] as const);
  return (scope, untilMs, at) =>
    Object.fromEntries(inner.map(([key, fill]) => [key, fill(scope, untilMs, joinPath(at, key))]));
}

function templated(text: string, path: string, names: readonly string[]): Filling {
  const template = explained(path, text, () => {
    const read = parseTemplate(text);
    for (const { parts, line, column } of namesIn(read)) {
      if (typeof parts[0] === 'string' && !names.includes(parts[0]))
        throw new InvalidTemplate(`there is no ${parts[0]}: templates know ${names.join(', ')}`, [line, column]);
    }
    return read;
  });
  return (scope, untilMs, at) => explained(at, text, () => renderTemplate(template, scope, untilMs));
}

/** What a template says is wrong with it, as an error of the document. */
function explained<T>(path: string, text: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof InvalidTemplate) throw new InvalidDocument(path, error.message, text);
    throw error;
  }
}
