import { InvalidDocument } from '../errors.ts';
import { incomingOfEntry, sealedBy } from '../model/foreign-entry.ts';
import { type Entry, msOf } from '../model/intake.ts';
import type { StreamOfSource } from '../model/source.ts';
import { type EventMap, mapOf } from '../model/source-map.ts';
import type { ForeignStream } from '../redis/foreign.ts';
import { usableMs } from './arrival.ts';
import { type JobReader, jobReaderOf } from './job-reader.ts';

/** What would become of an entry of a source: events as JSON, none where it is passed over, or what is wrong. */
export type TriedEntry = Readonly<{ id: string; events: readonly string[]; wrong: string | null }>;

/** What would become of the newest entries of a stream, oldest first. Brings nothing in. */
export async function tryStream(foreign: ForeignStream, stream: StreamOfSource, count: number): Promise<TriedEntry[]> {
  const entries = await foreign.newest(count);
  const { nowMs } = await foreign.look('0-0', 1, false);
  const jobs = jobReaderOf(stream, foreign);
  const map = mapOf(stream.spec, '');
  const tried: TriedEntry[] = [];
  for (const entry of entries) tried.push(await tryEntry(entry, { stream, map, jobs, nowMs }));
  return tried;
}

type Trying = Readonly<{ stream: StreamOfSource; map: EventMap; jobs: JobReader | null; nowMs: number }>;

async function tryEntry(entry: Entry, { stream, map, jobs, nowMs }: Trying): Promise<TriedEntry> {
  const { id } = entry;
  try {
    const read = incomingOfEntry(stream.name, entry);
    const incoming = jobs === null ? read : (await jobs.complete([read]))[0];
    if (incoming instanceof InvalidDocument) throw incoming;
    if (incoming === null || incoming === undefined) return { id, events: [], wrong: null };
    const receivedMs = usableMs(id, nowMs) ?? nowMs;
    return { id, events: sealedBy(map, incoming, receivedMs, () => incoming.id ?? `${msOf(id)}`), wrong: null };
  } catch (error) {
    if (!(error instanceof InvalidDocument)) throw error;
    return { id, events: [], wrong: error.message };
  }
}
