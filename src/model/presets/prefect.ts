import { InvalidDocument } from '../../errors.ts';
import { parseExact } from '../exact.ts';
import type { Drafted, Preset } from '../incoming.ts';
import { isRecord } from '../record.ts';
import { objectIn } from './fields.ts';

/** Events of Prefect: as prefect-redis writes them (`data`, `attributes`), or the event itself as its websocket sends it. */
export const prefectPreset: Preset = (incoming) => {
  const entry = objectIn(incoming);
  const event = typeof entry.data === 'string' ? parseExact(entry.data, 'entry.data') : entry;
  if (!isRecord(event)) throw new InvalidDocument('entry.data', 'must be an object', event);
  const { id, event: name, resource, related, occurred, follows, payload } = event;
  return [{ id, event: name, resource, related, occurred, follows: follows ?? undefined, payload } as Drafted];
};
