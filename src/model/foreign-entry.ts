import { InvalidDocument } from '../errors.ts';
import { parseExact } from './exact.ts';
import type { Incoming } from './incoming.ts';
import { type Entry, sealEvent, tooLarge } from './intake.ts';
import { isRecord } from './record.ts';
import type { EventMap } from './source-map.ts';

/** What a decoder puts where bytes were no UTF-8. */
const REPLACEMENT = '\ufffd';

/** Fields of a dead letter of a source that is sent events over HTTP. */
const BODY = 'body';
const HEADERS = 'headers';

/** An entry of a stream, as its map sees it. @throws InvalidDocument for what cannot be read */
export function incomingOfEntry(source: string, { id, fields, large }: Entry): Incoming {
  if (large) throw new InvalidDocument('entry', tooLarge(large).replace(/^entry: /, ''));
  if (fields.length % 2 !== 0) throw new InvalidDocument('entry', 'has a field without a value');
  const pairs = fields.flatMap((name, i) => (i % 2 === 0 ? [[name, fields[i + 1] ?? ''] as const] : []));
  for (const [name, value] of pairs) {
    if (name.includes(REPLACEMENT) || value.includes(REPLACEMENT))
      throw new InvalidDocument(`entry.${name}`, 'must be valid UTF-8');
  }
  return { source, entry: Object.fromEntries(pairs), headers: {}, id: `${source}:${id}` };
}

/** What a dead letter of a source holds, as its map sees it. `entry`: `<source> <id>`. @throws InvalidDocument */
export function incomingOfLetter(type: unknown, entry: string, fields: readonly string[]): Incoming {
  const space = entry.indexOf(' ');
  const [source, id] = [entry.slice(0, space), entry.slice(space + 1)];
  if (type !== 'webhook' && type !== 'cloudevents') {
    const incoming = incomingOfEntry(source, { id, fields });
    const slash = source.indexOf('/');
    if (type !== 'bullmq' || slash < 0) return incoming;
    return { ...incoming, entry: { ...(incoming.entry as object), queue: source.slice(slash + 1) } };
  }
  const textAt = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  const headers = parseExact(textAt(HEADERS), 'headers');
  if (!isRecord(headers)) throw new InvalidDocument('headers', 'must be an object', headers);
  const texts = Object.entries(headers).map(([name, value]) => [name, String(value)]);
  return {
    source,
    entry: parseExact(textAt(BODY), 'body'),
    headers: Object.fromEntries(texts) as Record<string, string>,
    id: `${source}:${id}`,
  };
}

/**
 * The events that something becomes by a map, each as the text for the field `data` of its entry; none where it is passed over.
 * @param newId for an event that neither map nor preset names
 * @throws InvalidDocument with what does not fit
 */
export function sealedBy(map: EventMap, incoming: Incoming, receivedMs: number, newId: () => string): string[] {
  return map.apply(incoming).map((draft) => sealEvent(draft, newId, receivedMs).data);
}
