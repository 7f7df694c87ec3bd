import type { PatternDocument } from '../../documents/triggers.ts';
import { isRecord } from '../../model/record.ts';
import { joined, selectionIn } from './selection.ts';
import { Untranslatable } from './untranslatable.ts';

/** More brackets than people write; a bound on how deep reading nests. */
const NESTING_LIMIT = 20;

/** A detection rule as a pattern: its log source is the name of the event, its condition is about the payload. @throws Untranslatable */
export function patternOf(rule: Readonly<Record<string, unknown>>): PatternDocument {
  const { logsource, detection } = rule;
  if (!isRecord(detection)) throw new Untranslatable('it has no "detection"');
  const { condition, timeframe, ...selections } = detection;
  if (timeframe !== undefined)
    throw new Untranslatable('"timeframe" belongs to the conditions of old: write a correlation');
  const texts = (Array.isArray(condition) ? condition : [condition]) as readonly unknown[];
  const where = joined(
    texts.map((text) => new ConditionReader(text, selections).read()),
    '||',
  );
  return { event: eventName(logsource), where };
}

/** `windows.security` for the log source {product: windows, service: security}; any name where nothing is said. */
export function eventName(logsource: unknown): string {
  const { product, category, service } = isRecord(logsource) ? logsource : {};
  return [product, category, service].filter((part) => typeof part === 'string').join('.') || '*';
}

/** Reads a condition of Sigma: `selection and not 1 of filter_*`. */
class ConditionReader {
  readonly #tokens: readonly string[];
  readonly #selections: Readonly<Record<string, unknown>>;
  #at = 0;
  #depth = 0;

  constructor(condition: unknown, selections: Readonly<Record<string, unknown>>) {
    if (typeof condition !== 'string') throw new Untranslatable('its condition is no text');
    if (condition.includes('|')) throw new Untranslatable('a condition with "|" is one of old: write a correlation');
    this.#tokens = condition.match(/[()]|[^\s()]+/g) ?? [];
    this.#selections = selections;
  }

  read(): string {
    const condition = this.#alternatives();
    const rest = this.#tokens[this.#at];
    if (rest !== undefined) throw new Untranslatable(`its condition cannot be read from "${rest}" on`);
    return condition;
  }

  #alternatives(): string {
    const parts = [this.#conjunction()];
    while (this.#takes('or')) parts.push(this.#conjunction());
    return joined(parts, '||');
  }

  #conjunction(): string {
    const parts = [this.#negation()];
    while (this.#takes('and')) parts.push(this.#negation());
    return joined(parts, '&&');
  }

  #negation(): string {
    if (this.#takes('not')) return `!(${this.#nested(() => this.#negation())})`;
    if (!this.#takes('(')) return this.#selection();
    const inner = this.#nested(() => this.#alternatives());
    if (!this.#takes(')')) throw new Untranslatable('its condition lacks a closing bracket');
    return inner;
  }

  #nested(read: () => string): string {
    this.#depth += 1;
    if (this.#depth > NESTING_LIMIT) throw new Untranslatable('its condition is nested too deep');
    const condition = read();
    this.#depth -= 1;
    return condition;
  }

  #selection(): string {
    const name = this.#next();
    if (['1', 'any', 'all'].includes(name) && this.#takes('of')) return this.#several(name === 'all', this.#next());
    if (!Object.hasOwn(this.#selections, name))
      throw new Untranslatable(`its condition names "${name}", which is not there`);
    return selectionIn(this.#selections[name]);
  }

  #several(all: boolean, pattern: string): string {
    const begins = pattern.endsWith('*') ? pattern.slice(0, -1) : null;
    const names = Object.keys(this.#selections).filter((name) =>
      pattern === 'them' ? !name.startsWith('_') : begins === null ? name === pattern : name.startsWith(begins),
    );
    return joined(
      names.map((name) => selectionIn(this.#selections[name])),
      all ? '&&' : '||',
    );
  }

  #next(): string {
    const token = this.#tokens[this.#at];
    if (token === undefined) throw new Untranslatable('its condition ends too early');
    this.#at += 1;
    return token;
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at += 1;
    return true;
  }
}
