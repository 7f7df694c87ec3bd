import { InvalidDocument } from '../../errors.ts';
import { cloudEventDocument, isCloudEvent } from '../cloud-event.ts';
import { parseExact } from '../exact.ts';
import { flatDocument } from '../flat.ts';
import type { Drafted, Preset } from '../incoming.ts';
import { isRecord } from '../record.ts';
import { type JsonObject, objectIn } from './fields.ts';

/** Events in the forms that the log itself takes: `data` as JSON, flat fields, an event document, a CloudEvent. */
export const watchfirePreset: Preset = (incoming) => [draftOf(objectIn(incoming))];

function draftOf(entry: JsonObject): Drafted {
  const { data } = entry;
  if (Object.keys(entry).length === 1 && typeof data === 'string') {
    const document = parseExact(data, 'data');
    if (!isRecord(document)) throw new InvalidDocument('data', 'must be an object', document);
    return whole(document);
  }
  return whole(isFlat(entry) ? flatDocument(Object.entries(entry).flat() as string[]) : entry);
}

/** Fields of a stream are texts; of a document the resource is none. */
function isFlat(entry: JsonObject): boolean {
  return Object.values(entry).every((value) => typeof value === 'string') && !isCloudEvent(entry);
}

/** What is missing is found where the event is checked. */
function whole(document: JsonObject): Drafted {
  return (isCloudEvent(document) ? cloudEventDocument(document) : document) as Drafted;
}
