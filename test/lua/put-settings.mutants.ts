import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/put-settings.lua': {
    '12.2: settings change behind what is due': [
      'local c, e, refused = change.begin(keys, args.prefixes, args.now_ms, args.limit, args.change)\nif refused then return refused end',
      'local c, e = cjson.decode(args.change), engine.open(keys, args.prefixes, args.now_ms)\ne.as_of = e.now',
    ],
    '12.2: a setting can be put back': [
      "for _, field in ipairs(c.reset) do redis.call('HDEL', keys[c.of], field) end",
      '',
    ],
  },
  'lua/include/change.lua': {
    '12.2: settings are of no automation': [
      "if c.id then redis.call('ZADD', e.keys.changes, generation, c.id) end",
      "redis.call('ZADD', e.keys.changes, generation, c.id or '')",
    ],
  },
  'src/apply/match-entry.ts': {
    '12.2: a released follower is never ignored': [' && !isReleased(entry)', ''],
  },
  'src/apply/loaded-definitions.ts': {
    '12.2: the ignored names stand in Redis': [
      'this.#ignored = ignored === null ? this.#ignoredByDefault : new Set(ignored);',
      '',
    ],
  },
};
