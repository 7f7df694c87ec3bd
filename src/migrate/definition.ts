import { stemOf } from '../match/plan.ts';
import type { Fields } from '../redis/older-state.ts';
import { Packer } from '../redis/packer.ts';

/** Fields that every trigger has, those of each type, and what they add to its kind (src/match/plan.ts). */
const OF_ALL = ['automation', 'revision', 'title', 'path', 'order', 'child', 'parent', 'digest', 'type', 'names'];
const OF_EVENTS = ['posture', 'threshold', 'after', 'standing', 'keyed', 'once'];
const OF_COMPOSITES = ['needed', 'children'];
const ROOT = 16;

/** Whether a compiled trigger waits for an absence. */
export function isProactive(fields: Fields): boolean {
  return fields.posture === 'Proactive';
}

/** A field that a compiled trigger lacks; null when it has all of them. */
export function missingField(fields: Fields): string | null {
  const needed = [...OF_ALL, ...(fields.type === 'event' ? OF_EVENTS : OF_COMPOSITES)];
  return needed.find((field) => fields[field] === undefined) ?? null;
}

/** Packs a compiled trigger that has all of its fields, as lua/include/definition.lua does. */
export function packedTrigger(fields: Fields): Buffer {
  const of = (field: string): string => fields[field] ?? '';
  const isEvent = of('type') === 'event';
  const packer = new Packer();
  for (const text of [
    String(kindIn(fields)),
    ...['automation', 'revision', 'title', 'path', 'order', 'child', 'parent', 'type', 'names', 'within'].map(of),
    stemOf(of('automation'), of('path'), of('digest')),
    of('threshold'),
    isEvent && of('once') === '1' ? '1' : '',
    of('needed'),
    of('children'),
    '',
    '',
  ]) {
    packer.text(text);
  }
  return packer.done();
}

function kindIn(fields: Fields): number {
  const root = fields.parent === '' ? ROOT : 0;
  if (fields.type !== 'event') return root;
  const flags = [isProactive(fields), fields.after === '1', fields.standing === '1', fields.keyed === '1'];
  return flags.reduce((sum, holds, i) => (holds ? sum + 2 ** i : sum), root);
}
