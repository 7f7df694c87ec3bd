import { bad, ok, orNull, type Rule, several, untold, warning } from './check.ts';

/** A replica acknowledges once a second; silence of several of them is more than chance. */
const REPLICA_LAG_S = 10;

/** `ok` in the fields of INFO that say how the last attempt to write went. */
const WRITES: readonly (readonly [string, string])[] = [
  ['aof_last_write_status', 'the append-only file could not be written'],
  ['aof_last_bgrewrite_status', 'the append-only file could not be rewritten'],
  ['rdb_last_bgsave_status', 'the snapshot could not be written'],
];

export const persistence: Rule = ({ info, config, settings }) => {
  const failed = WRITES.filter(([field]) => (info.get(field) ?? 'ok') !== 'ok').map(([, words]) => words);
  if (failed.length > 0) return bad(failed.join('; '), 'see the log of Redis, and whether its disk is full');
  const settled = orNull(config);
  if (info.get('aof_enabled') !== '1') {
    const advice = 'set appendonly to yes';
    const save = settled?.get('save');
    if (save === '') return bad('nothing is kept: all of it goes when Redis restarts', advice);
    const some = 'no append-only file: what came after the last snapshot goes when Redis restarts';
    return save === undefined ? warning(`${some}; whether there is one cannot be seen`, advice) : bad(some, advice);
  }
  const appendfsync = settled?.get('appendfsync');
  if (appendfsync === undefined) {
    if (settings.durability !== 'memory') return ok('append-only file');
    return untold('appendfsync', 'refused' in config ? config.refused : 'CONFIG does not name it');
  }
  const found = `append-only file, appendfsync ${appendfsync}`;
  if (appendfsync !== 'no') return ok(found);
  return warning(`${found}: a loss of power costs what the system had not written yet`, 'set appendfsync to everysec');
};

export const durability: Rule = ({ undurable, settings: { durability: mode } }) => {
  if ('refused' in undurable) return untold(`whether the mode ${mode} can be had`, undurable.refused);
  if (undurable.value === null) return ok(`the mode ${mode} can be had`);
  return bad(undurable.value, 'change that setting, or choose another mode by --durability');
};

export const replicas: Rule = ({ info, settings: { durability: mode, minReplicas } }) => {
  const lines = [...info].filter(([name]) => /^slave\d+$/.test(name)).map(([, line]) => line);
  const online = lines.filter((line) => line.includes('state=online'));
  const late = online.filter((line) => Number(/lag=(\d+)/.exec(line)?.[1] ?? 0) > REPLICA_LAG_S);
  const found = `${several(online.length, 'replica')} online`;
  if (mode === 'replicated' && online.length < minReplicas) {
    return bad(`${found}, the mode replicated wants ${minReplicas}: every event is refused`, 'bring up replicas');
  }
  if (late.length > 0) {
    return warning(`${found}, ${late.length} silent for more than ${REPLICA_LAG_S} s`, 'see what holds them up');
  }
  if (mode === 'replicated' && online.length === minReplicas) {
    return warning(
      `${found}, all of them needed: with one gone every event is refused`,
      'have one more than minReplicas',
    );
  }
  return ok(mode === 'replicated' ? `${found}, ${minReplicas} needed` : `${found}, none needed in the mode ${mode}`);
};
