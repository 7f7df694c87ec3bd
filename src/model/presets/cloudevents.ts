import { InvalidDocument } from '../../errors.ts';
import { cloudEventDocument } from '../cloud-event.ts';
import type { Drafted, Preset } from '../incoming.ts';
import { isRecord } from '../record.ts';

/** A CloudEvent 1.0 as structured JSON. It keeps its own identity: source and id. */
export const cloudeventsPreset: Preset = ({ entry }) => {
  if (!isRecord(entry)) throw new InvalidDocument('event', 'must be an object', entry);
  return [cloudEventDocument(entry) as Drafted];
};
