import { partitionNames } from '../model/partition.ts';
import { bad, ok, orNull, type Rule, several, warning } from './check.ts';

/** Partitions that are named. */
const NAMED = 10;

/** Whether all partitions have the definitions, and are fed; null without partitions. */
export const partitions: Rule = ({ layout, status }) => {
  const found = orNull(status)?.partitions;
  if (layout === null || found === undefined) return null;
  const { behind, feeds } = found;
  const late = [...new Set(feeds.filter((feed) => feed.late).map(({ partition }) => partition))];
  const alive = (orNull(status)?.workers.length ?? 0) > 0;
  const unfed = new Set(feeds.map(({ partition }) => partition));
  const missing = partitionNames(layout).filter((name) => !unfed.has(name));
  if (missing.length > 0) {
    return bad(
      `nothing feeds ${several(missing.length, 'partition')}: ${shown(missing)}`,
      `run "watchfire init --partitions ${layout.count} --by ${layout.by}" again, which goes on where it was cut off`,
    );
  }
  if (late.length > 0) {
    const advice = alive ? 'see the logs of the workers, and start more of them' : 'start a worker';
    return bad(`entries wait to be fed to ${shown(late)}`, advice);
  }
  if (behind.length > 0) {
    const advice = alive ? 'a worker brings them within seconds: see the logs of the workers' : 'start a worker';
    return warning(`not yet the automations of now: ${shown(behind)}`, advice);
  }
  return ok(`${layout.count} by ${layout.by} and the global one: all have these automations, and are fed`);
};

function shown(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return names.slice(0, NAMED).join(', ') + more;
}
