import { stringify } from 'yaml';
import { isRecord } from '../../model/record.ts';

/** Unchanged lines shown before and behind changed ones. */
const CONTEXT = 2;

/** Pairs of lines compared at most: far more than two documents that people wrote need. */
const COMPARED_LIMIT = 4_000_000;

type Mark = ' ' | '-' | '+';
type MarkedLine = { mark: Mark; text: string };

/**
 * How two documents differ in these of their keys, as lines of YAML: `- ` before one that goes, `+ ` before one that comes, two spaces
 * before one that stays. Another order of keys, or of a list of texts, is no difference.
 */
export function differenceOf(before: object, after: object, keys: readonly string[]): string[] {
  return keys.flatMap((key) => {
    const [old, now] = [valueAt(before, key), valueAt(after, key)];
    const marked = compared(yamlOf(key, aligned(old, now)), yamlOf(key, now));
    return excerpt(marked).map(({ mark, text }) => `${mark} ${text}`);
  });
}

function valueAt(document: object, key: string): unknown {
  return (document as Record<string, unknown>)[key];
}

function yamlOf(key: string, value: unknown): string[] {
  if (value === undefined) return [];
  return stringify({ [key]: value }, { lineWidth: 0, aliasDuplicateObjects: false })
    .trimEnd()
    .split('\n');
}

/** The old value with its keys in the order of the new one, and lists of the same texts as the new one has them. */
function aligned(old: unknown, now: unknown): unknown {
  if (Array.isArray(old) && Array.isArray(now)) {
    return areSameTexts(old, now) ? now : old.map((one, i) => aligned(one, now[i]));
  }
  if (!(isRecord(old) && isRecord(now))) return old;
  const keys = [...Object.keys(now).filter((key) => key in old), ...Object.keys(old).filter((key) => !(key in now))];
  return Object.fromEntries(keys.map((key) => [key, aligned(old[key], now[key])]));
}

function areSameTexts(a: readonly unknown[], b: readonly unknown[]): boolean {
  const texts = (list: readonly unknown[]): boolean => list.every((one) => typeof one === 'string');
  return texts(a) && texts(b) && new Set([...a, ...b]).size === new Set(a).size && new Set(a).size === new Set(b).size;
}

/** By the longest common sequence of lines. */
function compared(old: readonly string[], now: readonly string[]): MarkedLine[] {
  const gone = (lines: readonly string[]): MarkedLine[] => lines.map((text) => ({ mark: '-', text }));
  const come = (lines: readonly string[]): MarkedLine[] => lines.map((text) => ({ mark: '+', text }));
  if (old.length * now.length > COMPARED_LIMIT) return [...gone(old), ...come(now)];
  // common[i][j]: how many lines the rests from i and j on have in common.
  const common = Array.from({ length: old.length + 1 }, () => new Uint32Array(now.length + 1));
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0;
  for (let i = old.length - 1; i >= 0; i -= 1) {
    const row = common[i] as Uint32Array;
    for (let j = now.length - 1; j >= 0; j -= 1) {
      row[j] = old[i] === now[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const marked: MarkedLine[] = [];
  let [i, j] = [0, 0];
  while (i < old.length && j < now.length) {
    if (old[i] === now[j]) {
      marked.push({ mark: ' ', text: old[i] ?? '' });
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      marked.push(...gone(old.slice(i, i + 1)));
      i += 1;
    } else {
      marked.push(...come(now.slice(j, j + 1)));
      j += 1;
    }
  }
  return [...marked, ...gone(old.slice(i)), ...come(now.slice(j))];
}

/** Without the lines that are far from any change; `…` stands for them. */
function excerpt(marked: readonly MarkedLine[]): MarkedLine[] {
  const near = new Set<number>();
  for (const [i, { mark }] of marked.entries()) {
    if (mark === ' ') continue;
    for (let at = i - CONTEXT; at <= i + CONTEXT; at += 1) near.add(at);
  }
  if (near.size === 0) return [];
  // The key itself says where it is.
  near.add(0);
  return marked.flatMap((line, i): MarkedLine[] => {
    if (near.has(i)) return [line];
    return near.has(i - 1) ? [{ mark: ' ', text: '…' }] : [];
  });
}
