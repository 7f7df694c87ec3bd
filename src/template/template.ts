import { analyzeSync, Context, LiquidError, Output, type Template as Part, toValueSync } from 'liquidjs';
import { liquid } from './language.ts';

/** Longest text that one template may give, in characters: what mail servers and chats take at most. */
const OUTPUT_LIMIT = 1_000_000;

/** What all steps of one template may copy, in characters and entries of lists. */
const MEMORY_LIMIT = 10_000_000;

/** Longest name that an error repeats. */
const REASON_LIMIT = 160;

/** Something in a template is wrong; `line` and `column` count from 1. */
export class InvalidTemplate extends Error {
  override readonly name = 'InvalidTemplate';
  readonly line: number;
  readonly column: number;

  constructor(reason: string, [line, column]: readonly [number, number] = [1, 1]) {
    super(`${clipped(reason)} (line ${line}, column ${column})`);
    this.line = line;
    this.column = column;
  }
}

/** A name that a template asks for, from the outside in: `event.resource["order.id"]` has three parts; null: known only when it is rendered. */
export type UsedName = Readonly<{ parts: readonly (string | number | null)[]; line: number; column: number }>;

/** A text with `{{ … }}` or `{% … %}`, read once. */
export type Template = Readonly<{ text: string; parts: readonly Part[] }>;

/** Whether a text is a template at all; any other stays as it is. */
export function isTemplate(text: string): boolean {
  return text.includes('{{') || text.includes('{%');
}

/** Reads a template. @throws InvalidTemplate */
export function parseTemplate(text: string): Template {
  try {
    return { text, parts: liquid.parse(text) };
  } catch (error) {
    throw invalid(error);
  }
}

/** The names of a template that it does not make itself. */
export function namesIn({ parts }: Template): UsedName[] {
  const { globals } = analyzeSync([...parts], { partials: false });
  return Object.values(globals)
    .flat()
    .map(({ segments, location }) => ({
      parts: segments.map((part) => (typeof part === 'string' || typeof part === 'number' ? part : null)),
      line: location.row,
      column: location.col,
    }));
}

/** What its names stand for. */
export type Scope = Readonly<Record<string, unknown>>;

/**
 * Fills in a template; one that is a single `{{ … }}` gives the value as it is, any other a text. A name without a value is an error,
 * unless `default` follows it.
 * @param untilMs when to stop, by `performance.now()`
 * @throws InvalidTemplate
 */
export function renderTemplate({ parts }: Template, scope: Scope, untilMs: number): unknown {
  const limits = { memoryLimit: MEMORY_LIMIT, renderLimit: untilMs - performance.now(), sync: true };
  const context = new StrictContext(scope as object, liquid.options, limits, { liquid });
  try {
    const [only] = parts;
    if (parts.length === 1 && only instanceof Output) return loneValue(only, context);
    const text = new BoundedText();
    toValueSync(liquid.renderer.renderTemplates([...parts], context, text));
    return text.buffer;
  } catch (error) {
    throw invalid(error);
  }
}

function loneValue(output: Output, context: Context): unknown {
  const value: unknown = toValueSync(output.value.value(context, false));
  if (value === undefined) throw new InvalidTemplate('has no value');
  if (typeof value === 'string') new BoundedText().write(value);
  return value;
}

/** Liquid's own reads on from null as if there were something. */
class StrictContext extends Context {
  override readProperty(from: Scope, key: string): unknown {
    return (from ?? null) === null ? undefined : super.readProperty(from, key);
  }
}

/** Collects what a template gives, up to a limit. */
class BoundedText {
  buffer = '';

  write(value: unknown): void {
    if ((value ?? null) === null) throw new Error('has no value, and no "default"');
    this.buffer += textOf(value);
    if (this.buffer.length > OUTPUT_LIMIT) throw new Error(`must not give more than ${OUTPUT_LIMIT} characters`);
  }
}

/** Objects and lists are written as JSON. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function invalid(error: unknown): InvalidTemplate {
  if (error instanceof InvalidTemplate) return error;
  const { message } = error as Error;
  const token = LiquidError.is(error) ? (error as { token?: { getPosition(): number[] } }).token : undefined;
  const [line = 1, column = 1] = token?.getPosition() ?? [];
  const reason = message
    .split('\n', 1)[0]
    ?.replace(/, line:\d+, col:\d+$/, '')
    .replace(/^undefined variable: (.*)$/, '$1 has no value, and no "default"');
  return new InvalidTemplate(reason ?? 'is no template', [line, column]);
}

function clipped(reason: string): string {
  return reason.length <= REASON_LIMIT ? reason : `${reason.slice(0, REASON_LIMIT - 1)}…`;
}
