/** The front log of a partitioned namespace, as a source. Its events have the ids that they would have in an engine without partitions. */
export const FRONT = 'front';

/** Forms of entries that logs have which are fed from others, in the order of their numbers in lua/include/sources.lua. */
export const FED_FORMS = ['fed', 'reached', 'opened', 'closed'] as const;
export type FedForm = (typeof FED_FORMS)[number];

/** What an entry says of a source: up to which ms it is known, from this entry on (rules 18). */
export type SourceMove = Readonly<{ form: FedForm; source: string; ms: number }>;

/** An entry as it stands in the log that it was fed from. */
export type FedEntry = Readonly<{ source: string; id: string; fields: readonly string[] }>;

/** The most characters of a source's name: ids of events are made of them. */
const NAME_CHARACTERS = 64;

const FED = /^(\S{1,64}) (\d{1,20}-\d{1,20})$/;
const REACHED = /^(\S{1,64}) (\d{1,15})$/;

/** Whether a text can be the name of a source. */
export function isSourceName(text: string): boolean {
  return text.length <= NAME_CHARACTERS && /^\S+$/.test(text);
}

/** What was fed by an entry with these fields; null where it was no entry of a source. */
export function fedEntryIn(fields: readonly string[]): FedEntry | null {
  if (fields[0] !== 'fed') return null;
  const [, source, id] = FED.exec(fields[1] ?? '') ?? [];
  return source === undefined || id === undefined ? null : { source, id, fields: fields.slice(2) };
}

/** What fields say of sources; nothing where they are of another form, null where they are malformed. */
export function sourceMovesIn(fields: readonly string[]): readonly SourceMove[] | null {
  const form = FED_FORMS.find((name) => name === fields[0]);
  if (form === undefined) return [];
  if (form === 'reached') return reachedIn(fields);
  const [, source, id = ''] = FED.exec(fields[1] ?? '') ?? [];
  if (source === undefined || (form !== 'fed' && fields.length !== 2)) return null;
  const move = { form, source, ms: Number(id.slice(0, id.indexOf('-'))) };
  if (form !== 'fed' || source !== FRONT) return [move];
  // The front log has sources of its own: what it says of them holds for the partitions as well.
  const inner = sourceMovesIn(withoutStraightened(fields.slice(2)));
  return inner === null ? null : [move, ...inner];
}

/** The fields that an entry had before its id was set right (lua/straighten.lua). */
function withoutStraightened(fields: readonly string[]): readonly string[] {
  return fields[0] === 'straightened' ? fields.slice(2) : fields;
}

/** Whether fields say something of sources and hold no event. */
export function isMarkOfSources(fields: readonly string[]): boolean {
  const form = FED_FORMS.find((name) => name === fields[0]);
  if (form !== 'fed') return form !== undefined;
  const fed = fedEntryIn(fields);
  return fed?.source === FRONT && isMarkOfSources(withoutStraightened(fed.fields));
}

/** `reached`, `<source> <ms>`, once for each source. */
function reachedIn(fields: readonly string[]): readonly SourceMove[] | null {
  const moves: SourceMove[] = [];
  for (let i = 0; i < fields.length; i += 2) {
    const [, source, ms] = REACHED.exec(fields[i + 1] ?? '') ?? [];
    if (fields[i] !== 'reached' || source === undefined) return null;
    moves.push({ form: 'reached', source, ms: Number(ms) });
  }
  return moves;
}

/** The name of an entry among the ids of events without one; `origin`: the source, or the partition it came to directly; '' for none. */
export function nameOfEntry(origin: string, id: string): string {
  return origin === '' || origin === FRONT ? id : `${origin}-${id}`;
}
