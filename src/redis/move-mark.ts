import { layoutText, type PartitionLayout, parseLayout } from '../model/partition.ts';

/**
 * What stands in `{wf}:format` while `watchfire repartition` is at work: every version refuses the namespace. `copy`: the new state is being
 * written beside the old one, which is whole. `take`: it is taking its place. `cut`: id in the front log up to which all is applied.
 */
export type MoveMark = Readonly<{
  phase: 'copy' | 'take';
  from: PartitionLayout | null;
  to: PartitionLayout | null;
  cut: string;
}>;

const BEGINNING = 'repartition ';

/** Whether a text in the place of the number of the form is such a mark. */
export function isMoveMark(text: string): boolean {
  return text.startsWith(BEGINNING);
}

export function moveMarkText({ phase, from, to, cut }: MoveMark): string {
  return `${BEGINNING}${phase} ${cut} ${JSON.stringify([from, to].map((layout) => layout && layoutText(layout)))}`;
}

/** Reads such a text; null for any other one. */
export function parseMoveMark(text: string | null): MoveMark | null {
  const [, phase, cut = '', layouts = ''] = /^repartition (copy|take) (\d+-\d+) (\[.*\])$/.exec(text ?? '') ?? [];
  if (phase !== 'copy' && phase !== 'take') return null;
  const [from = null, to = null] = JSON.parse(layouts) as (string | null)[];
  return { phase, from: parseLayout(from), to: parseLayout(to), cut };
}
