import { Document, parseAllDocuments } from 'yaml';
import { InvalidDocument } from '../../errors.ts';
import { parseAutomation } from '../../model/automation.ts';
import { isRecord } from '../../model/record.ts';
import { type SigmaRule, triggerOf } from './correlation.ts';
import { Untranslatable } from './untranslatable.ts';

/** Automations as YAML, and the rules that are none, each as `title: reason`. `count`: how many there are. */
export type Converted = Readonly<{ yaml: string; count: number; left: readonly string[] }>;

const HEAD = [
  ' Converted from Sigma. An event is expected to be named like the log source (windows.security) and to carry the fields of the',
  ' log in its payload. Say in "actions" what is to be done.',
].join('\n');

/**
 * Makes automations of the rules of a file: of each correlation that no other is made of, and of each detection that stands for itself. Rules
 * that a correlation refers to are part of it, unless it says `generate`.
 * @throws InvalidDocument when it is not YAML
 */
export function convertSigma(text: string, file: string): Converted {
  const rules = rulesIn(text, file);
  const named = new Map(rules.flatMap((rule) => namesOf(rule).map((name) => [name, rule] as const)));
  const parts: string[] = [];
  const left: string[] = [];
  const ids = new Set<string>();
  for (const rule of rules.filter((one) => standsAlone(one, rules))) {
    try {
      parts.push(written(rule, named, ids));
    } catch (error) {
      if (!(error instanceof Untranslatable || error instanceof InvalidDocument)) throw error;
      left.push(`${titleOf(rule)}: ${error.message}`);
      parts.push(comment([`Not converted: ${titleOf(rule)}: ${error.message}`]));
    }
  }
  return { yaml: [comment([HEAD.trim()]), ...parts].join('---\n'), count: parts.length - left.length, left };
}

function rulesIn(text: string, file: string): SigmaRule[] {
  const documents = parseAllDocuments(text);
  if ('empty' in documents) return [];
  return documents.flatMap((document) => {
    const [error] = document.errors;
    if (error) throw new InvalidDocument(file, `is not YAML: ${error.message.split('\n', 1)[0]}`);
    const rule: unknown = document.toJS();
    return isRecord(rule) ? [rule] : [];
  });
}

function namesOf({ name, id }: SigmaRule): string[] {
  return [name, id].filter((one) => typeof one === 'string');
}

function standsAlone(rule: SigmaRule, rules: readonly SigmaRule[]): boolean {
  const names = namesOf(rule);
  const users = rules.filter(({ correlation }) => {
    const used: readonly unknown[] = isRecord(correlation) && Array.isArray(correlation.rules) ? correlation.rules : [];
    return used.some((one) => names.includes(String(one)));
  });
  return users.length === 0 || users.some(({ correlation }) => isRecord(correlation) && correlation.generate === true);
}

function titleOf(rule: SigmaRule): string {
  return String(rule.title ?? rule.name ?? rule.id ?? 'a rule without a title');
}

function written(rule: SigmaRule, rules: ReadonlyMap<string, SigmaRule>, ids: Set<string>): string {
  const { trigger, notes } = triggerOf(rule, rules);
  const title = titleOf(rule);
  const id = freeId(namesOf(rule)[0] ?? title.toLowerCase().replace(/[^a-z0-9]+/g, '-'), ids);
  const automation = {
    id,
    name: title,
    ...(typeof rule.description === 'string' && { description: rule.description }),
    ...(Array.isArray(rule.tags) && { tags: rule.tags as readonly unknown[] }),
    trigger,
    actions: [],
  };
  parseAutomation(automation);
  const document = new Document(automation, { aliasDuplicateObjects: false });
  return comment(notes) + document.toString({ lineWidth: 0 });
}

function freeId(wanted: string, ids: Set<string>): string {
  let id = wanted;
  for (let i = 2; ids.has(id); i += 1) id = `${wanted}-${i}`;
  ids.add(id);
  return id;
}

function comment(notes: readonly string[]): string {
  return notes.flatMap((note) => note.split('\n').map((line) => `# ${line.trim()}\n`)).join('');
}
