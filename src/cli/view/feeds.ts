import type { SourceStatus } from '../../inspect/sources.ts';
import type { Status } from '../../inspect/status.ts';
import { formatTimestamp } from '../../model/timestamp.ts';
import { count, momentNear, span } from './when.ts';

/** Feeds that are named, those that are furthest behind first. */
const FEEDS_SHOWN = 5;

/** What `status` says of partitions and how they are fed; nothing without partitions. */
export function partitionsInWords({ partitions }: Status): [string, string][] {
  if (!partitions) return [];
  const { count: all, behind, feeds } = partitions;
  const lag = behind.length === 0 ? 'all have these automations' : `not yet these automations: ${behind.join(', ')}`;
  return [
    ['partitions', `${count(all)} and the global one; ${lag}`],
    ['feeds', feedsInWords(feeds)],
  ];
}

function feedsInWords(feeds: readonly SourceStatus[]): string {
  const waiting = feeds.filter(({ waitingMs }) => waitingMs > 0).sort((a, b) => b.waitingMs - a.waitingMs);
  if (waiting.length === 0) return `${count(feeds.length)}, each fed with all there is`;
  const most = waiting.slice(0, FEEDS_SHOWN).map(({ source, partition, waitingMs }) => {
    return `${source} to ${partition} for ${span(waitingMs)}`;
  });
  const more = waiting.length > FEEDS_SHOWN ? [`${count(waiting.length - FEEDS_SHOWN)} more`] : [];
  return `${count(feeds.length)}; entries wait to be fed from ${[...most, ...more].join(', ')}`;
}

/** What should be looked at of the feeds: those that do not keep up, and what they hold back. */
export function feedWarnings({ partitions, now }: Status): string[] {
  const feeds = partitions?.feeds ?? [];
  const late = feeds.filter(({ late }) => late).map(({ partition }) => partition);
  const held = feeds.filter(({ holds }) => holds);
  return [
    ...(late.length === 0 ? [] : [`nobody feeds, or feeding does not keep up, to: ${[...new Set(late)].join(', ')}`]),
    ...held
      .filter(isLong(now))
      .slice(0, FEEDS_SHOWN)
      .map(({ partition, source, reached }) => {
        const since = reached === null ? '' : `, which is known up to ${momentNear(reached, now)}`;
        return `absences of ${partition} wait for ${source}${since}; for at most 15 minutes`;
      }),
  ];
}

/** Marks come every 100 ms where something is due: what a moment ago was held is no news. */
function isLong(now: number): (feed: SourceStatus) => boolean {
  return ({ reached }) => reached === null || now - reached > HELD_MS;
}

const HELD_MS = 10_000;

/** The same for programs. */
export function partitionsJson({ partitions }: Status): Record<string, unknown> {
  if (!partitions) return {};
  const { feeds, ...rest } = partitions;
  return {
    partitions: {
      ...rest,
      feeds: feeds.map(({ waitingMs, reached, ...feed }) => ({
        ...feed,
        waiting_seconds: waitingMs / 1_000,
        reached: reached === null ? null : formatTimestamp(reached),
      })),
    },
  };
}
