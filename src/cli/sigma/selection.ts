import { isRecord } from '../../model/record.ts';
import { expressionOf, fieldIn, isPlain, type Position, presenceOf, quoted, refuseModifiers } from './field.ts';
import { Untranslatable } from './untranslatable.ts';

const POSITIONS: readonly Position[] = ['contains', 'startswith', 'endswith'];
const COMPARISONS: Readonly<Record<string, string>> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };
const KNOWN = [
  ...POSITIONS,
  ...Object.keys(COMPARISONS),
  'all',
  'cased',
  're',
  'i',
  'm',
  's',
  'exists',
  'neq',
  'fieldref',
];

/** A selection of a Sigma rule as a condition in CEL: all fields of a map, any map of a list. @throws Untranslatable */
export function selectionIn(selection: unknown): string {
  if (Array.isArray(selection)) return joined(selection.map(selectionIn), '||');
  if (!isRecord(selection)) throw new Untranslatable('keywords without a field have no counterpart');
  const fields = Object.entries(selection);
  if (fields.length === 0) throw new Untranslatable('an empty selection has no counterpart');
  return joined(
    fields.map(([field, value]) => fieldCondition(field, value)),
    '&&',
  );
}

/** Several conditions as one. */
export function joined(conditions: readonly string[], operator: '&&' | '||'): string {
  const [only] = conditions;
  if (only === undefined) throw new Untranslatable('an empty list has no counterpart');
  if (conditions.length === 1) return only;
  const other = operator === '&&' ? '||' : '&&';
  return conditions.map((one) => (outside(one).includes(other) ? `(${one})` : one)).join(` ${operator} `);
}

/** What stands outside of texts and brackets. */
function outside(condition: string): string {
  let depth = 0;
  return condition.replace(/"(?:[^"\\]|\\.)*"/g, '').replace(/./gs, (character) => {
    if (character === '(') depth += 1;
    const kept = depth === 0 ? character : '';
    if (character === ')') depth -= 1;
    return kept;
  });
}

function fieldCondition(key: string, value: unknown): string {
  const [field = '', ...modifiers] = key.split('|');
  if (field === '') throw new Untranslatable('keywords without a field have no counterpart');
  refuseModifiers(modifiers, KNOWN);
  const has = (modifier: string): boolean => modifiers.includes(modifier);
  if (has('exists')) return value === true ? presenceOf(field) : `!(${presenceOf(field)})`;
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  const condition =
    listed(field, values, modifiers) ??
    joined(
      values.map((one) => valueCondition(field, one, modifiers)),
      has('all') ? '&&' : '||',
    );
  return has('neq') ? `!(${condition})` : condition;
}

/** Values that are compared as they are, in one list: such a condition is found by its literals, however many automations there are. */
function listed(field: string, values: readonly unknown[], modifiers: readonly string[]): string | null {
  const literals = values.flatMap((value) => literalsOf(value, modifiers) ?? [null]);
  if (literals.includes(null) || modifiers.includes('all')) return null;
  const path = fieldIn(field);
  const condition = literals.length === 1 ? `${path} == ${literals[0]}` : `${path} in [${literals.join(', ')}]`;
  return `${presenceOf(field)} && ${condition}`;
}

/** A number or a truth value may be sent as text, too. Texts count as they are only where their case counts. */
function literalsOf(value: unknown, modifiers: readonly string[]): string[] | null {
  const [only, ...others] = modifiers.filter((modifier) => !['neq', 'all'].includes(modifier));
  if (typeof value === 'string') {
    const isExact = value === '' ? only === undefined : only === 'cased' && isPlain(value);
    return isExact && others.length === 0 ? [quoted(value)] : null;
  }
  if (only !== undefined || !(typeof value === 'number' || typeof value === 'boolean')) return null;
  return [String(value), quoted(String(value))];
}

function valueCondition(field: string, value: unknown, modifiers: readonly string[]): string {
  const [path, present] = [fieldIn(field), presenceOf(field)];
  if (value === null) return `!(${present}) || ${path} == null`;
  const [comparison] = modifiers.flatMap((modifier) => COMPARISONS[modifier] ?? []);
  if (comparison !== undefined) {
    if (typeof value !== 'number') throw new Untranslatable(`${JSON.stringify(value)} is no number to compare with`);
    return `${present} && ${path} ${comparison} ${Number.isInteger(value) ? `${value}.0` : value}`;
  }
  if (typeof value !== 'string' && typeof value !== 'number') {
    throw new Untranslatable(`${JSON.stringify(value)} cannot be compared with the field "${field}"`);
  }
  if (modifiers.includes('fieldref')) {
    return `${present} && ${presenceOf(String(value))} && ${path} == ${fieldIn(String(value))}`;
  }
  return `${present} && string(${path}).matches(${quoted(regularExpression(String(value), modifiers))})`;
}

function regularExpression(text: string, modifiers: readonly string[]): string {
  if (modifiers.includes('re')) {
    const flags = ['i', 'm', 's'].filter((flag) => modifiers.includes(flag)).join('');
    return flags === '' ? text : `(?${flags})${text}`;
  }
  const position = POSITIONS.find((one) => modifiers.includes(one)) ?? 'whole';
  return `(?${modifiers.includes('cased') ? '' : 'i'}s)${expressionOf(text, position)}`;
}
