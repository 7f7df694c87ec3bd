import type { Preset } from '../incoming.ts';
import { isRecord } from '../record.ts';

/** Anything, whole, as the payload. Name and resource are those of the source, unless the map says more. */
export const jsonPreset: Preset = ({ source, entry, id }) => [
  { id, event: source, resource: { id: source }, payload: isRecord(entry) ? entry : { data: entry } },
];
