import { parseAllDocuments } from 'yaml';
import type { AutomationDocument } from '../../src/index.ts';
import { isRecord } from '../../src/model/record.ts';
import { blocksOf, pages } from './page-blocks.ts';

/** A block of YAML that a page shows. */
export type Sample = Readonly<{ page: string; place: string; heading: string; yaml: string }>;

export const samples: readonly Sample[] = pages
  .flatMap(blocksOf)
  .filter(({ kind }) => kind === 'yaml')
  .map(({ page, line, heading, text }) => ({ page, place: `${page}:${line}`, heading, yaml: text }));

/** What others read, by its first key or line, and why it stands in our pages. The list only gets shorter. */
export const FOREIGN: Readonly<Record<string, string>> = {
  groups: 'a rule of Prometheus, in coming-from.md',
  route: 'a route of Alertmanager, in coming-from.md',
  alias: 'an automation of Home Assistant, in coming-from.md',
  apiVersion: 'a sensor of Argo Events, in coming-from.md',
  '- name': 'a rulebook of Ansible, in coming-from.md',
  repos: 'a hook of pre-commit, in check.md',
  'name,on': 'a workflow of GitHub, in check.md and testing.md',
};

/** The documents of a sample, as YAML reads them. @throws what YAML says is wrong with it */
export function documentsOf({ yaml }: Sample): unknown[] {
  return parseAllDocuments(yaml).flatMap((parsed) => {
    if (!('toJS' in parsed)) return [];
    const [error] = parsed.errors;
    if (error) throw error;
    return [parsed.toJS() as unknown];
  });
}

/** Of a document that others read its key in FOREIGN. */
export function foreignIn(document: unknown): string | undefined {
  if (Array.isArray(document)) return '- name';
  const keys = isRecord(document) ? Object.keys(document) : [];
  return [keys.slice(0, 2).join(), keys[0] ?? ''].find((key) => Object.hasOwn(FOREIGN, key));
}

/** What our documents are that hold no automation, by a key. */
const OTHERS = ['redis', 'targets', 'tests', 'sources', 'resource'];

/** The automation that a document is, or is a part of: pages leave out what they do not speak of. Null when it is something else. */
export function automationIn(document: unknown): AutomationDocument | null {
  if (!isRecord(document) || foreignIn(document) !== undefined || OTHERS.some((key) => key in document)) return null;
  const { distinct, sum, ...rest } = document;
  const counted = { ...(distinct === undefined ? {} : { distinct }), ...(sum === undefined ? {} : { sum }) };
  const trigger = document.trigger ?? { expect: ['event'], threshold: 2, within: 60, ...counted };
  const name = typeof document.name === 'string' ? document.name : 'a';
  return { id: name, name, ...rest, trigger } as AutomationDocument;
}
