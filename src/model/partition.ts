import { InvalidDocument } from '../errors.ts';

/**
 * How a namespace is divided: into `count` partitions, by the value of the label `by` (rules 3.2). It is chosen once, and the version says
 * how a value is mapped to a partition.
 */
export type PartitionLayout = Readonly<{ version: 1; count: number; by: string }>;

/** The partition of automations whose keys cross partitions. The others are named by their numbers. */
export const GLOBAL_PARTITION = 'g';

/** The label that divides where nobody chose one. */
export const DEFAULT_PARTITION_LABEL = 'id';

/** How long an event waits for the one that it follows, where there are partitions: a leader may have gone to another one. */
export const PARTITION_FOLLOW_WAIT_MS = 30_000;

/** More partitions than anybody has nodes, and few enough for a reader to ask all of them. */
export const LARGEST_PARTITION_COUNT = 1_024;

/** Longest name of a label: it is stored and compared with each process that starts. */
const LABEL_LIMIT = 200;

/** @throws InvalidDocument naming `partitions` or `by` */
export function layoutOf(count: number, by: string): PartitionLayout {
  if (!(Number.isInteger(count) && count >= 1 && count <= LARGEST_PARTITION_COUNT)) {
    throw new InvalidDocument('partitions', `must be a whole number from 1 to ${LARGEST_PARTITION_COUNT}`, count);
  }
  // A line break would end the text that stands in Redis.
  if (by === '' || by.length > LABEL_LIMIT || /\p{Cc}/u.test(by)) {
    throw new InvalidDocument('by', `must be the name of a label of at most ${LABEL_LIMIT} characters`, by);
  }
  return Object.freeze({ version: 1, count, by });
}

/** As it stands in Redis, in the place of the number of the form: `partitions <version> <count> <by>`. */
export function layoutText({ version, count, by }: PartitionLayout): string {
  return `partitions ${version} ${count} ${by}`;
}

/** Reads such a text; null for any other one, as of a namespace without partitions or of a later version. */
export function parseLayout(text: string | null): PartitionLayout | null {
  const [, count = '', by = ''] = /^partitions 1 (\d{1,4}) (.+)$/.exec(text ?? '') ?? [];
  try {
    return count === '' ? null : layoutOf(Number(count), by);
  } catch {
    return null;
  }
}

/** The names of all partitions, the global one last. */
export function partitionNames({ count }: Pick<PartitionLayout, 'count'>): string[] {
  return [...Array.from({ length: count }, (_, i) => String(i)), GLOBAL_PARTITION];
}

/** The partition of a value of the label, 0 to `count` − 1: CRC-16 of its UTF-8 bytes, modulo `count`. */
export function partitionOf(value: string, count: number): number {
  return crc16(Buffer.from(value)) % count;
}

/** CRC-16/XMODEM, with which Redis Cluster maps keys to slots: polynomial 0x1021, begins at 0, nothing reflected. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : (crc << 1) & 0xffff;
  }
  return crc;
}
