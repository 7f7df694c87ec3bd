import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/engine.lua': {
    '4: only a greater t moves the clock': [
      'if e.newest and ev.t <= e.newest then return end',
      'if e.newest and ev.t < e.newest then return end',
    ],
    '12.2: a follower waits 15 minutes': ['or limits.WAIT_MS }', 'or limits.WAIT_MS + 60000 }'],
  },
  'lua/include/entry.lua': {
    '4: own events do not move the clock': ['if not ev.own then engine.move_clock', 'if true then engine.move_clock'],
    '4: as_of is taken before the event moves the clock': [
      'ev.as_of = time - (e.lag or engine.lag(e))',
      'if not ev.own then engine.move_clock(e, ev) end\n  ev.as_of = time - (e.lag or engine.lag(e))',
    ],
    '12.1: an applied id is not applied again': [' or seen.has(e, ev.digest, at) then', ' then'],
    '12.1: a copy of a parked event changes nothing': ['ev.fresh and e.waits and order.is_parked(e, ev.id) or', ''],
    '12.2: a follower waits for its leader': ['local waits = ev.follows and', 'local waits = false and'],
    '12.2: followers come after their leader': ['order.followers(e, ev.digest)', ''],
    '12.1: what was let go is no copy of what is parked': ['ev.fresh and e.waits and order', 'e.waits and order'],
    '12.2: a follower waits for its leader, not for itself': [
      'buckets.name(e, ev.leader)',
      'buckets.name(e, ev.digest)',
    ],
    '12.1: a duplicate meets nothing': ["if met == 'duplicate' then wire.pass(chunk, ev) end", ''],
  },
  'lua/include/wire.lua': {
    '4, 12.1: an event from outside is one whatever came before it': [
      'ev.plain, ev.own, ev.fresh, ev.claims = false, OWN',
      'ev.own, ev.fresh, ev.claims = OWN',
    ],
    '12.2: an event without a leader follows nobody': [
      'ev.plain, ev.word, ev.own, ev.fresh, ev.claims, ev.follows = true, false, false, true, false, false',
      'ev.plain, ev.word, ev.own, ev.fresh, ev.claims = true, false, false, true, false',
    ],
  },
  'lua/include/write.lua': {
    '4: the clock is kept': ['if e.clock_moved then', 'if false then'],
  },
  'lua/include/order.lua': {
    '12.2: followers go by occurrence': [
      'leader, engine.int(ev.occurred), place)',
      'leader, engine.int(-ev.occurred), place)',
    ],
    '12.2: followers that are parked in the same call go by occurrence': [
      'occurred = ev.occurred })',
      'occurred = -ev.occurred })',
    ],
    '12.2: followers that occurred at the same time go by arrival': [
      'bytes.before(a.member, b.member)',
      'bytes.before(b.member, a.member)',
    ],
    '12.2: arrival is a number of any length': ["('0'):rep(ID_DIGITS - #seq) .. ", ''],
    '12.1: a copy of an event that is parked in the same call changes nothing': [
      'if e.parked[id] then return true end',
      '',
    ],
    '12.1: what is released in the same call is parked no more': [' and not e.released[id] and', ' and'],
    '12.2: nothing is left of a follower that was released': ["engine.later(e, 'ZREM', e.keys.parked, id)", ''],
    '12.2: nothing is left of the followers of a leader': ["engine.later(e, 'ZREM', name, follower.member)", ''],
    '8.2: overdue followers go by occurrence': ['return a.occurred < b.occurred', 'return a.occurred > b.occurred'],
  },
};

export const protections: Mutants = {
  'lua/include/buckets.lua': {
    'id memory: a leader is known by all of its digest': [
      'heads:sub((digest - 1) * HEAD + 1, digest * HEAD)',
      'heads:sub(1, HEAD)',
    ],
  },
};
