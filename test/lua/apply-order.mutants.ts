import type { Mutants } from '../rigs/mutate/mutation.ts';

export const rules: Mutants = {
  'lua/include/engine.lua': {
    '4: only a greater t moves the clock': [
      'if e.newest and t <= e.newest then return end',
      'if e.newest and t < e.newest then return end',
    ],
  },
  'lua/apply.lua': {
    '4: own events do not move the clock': ['if not ev.own then engine.move_clock', 'if true then engine.move_clock'],
    '4: as_of is taken before the event moves the clock': [
      'ev.as_of = at - engine.lag(e)',
      'if not ev.own then engine.move_clock(e, ev.t, ev.received) end\n  ev.as_of = at - engine.lag(e)',
    ],
    '12.1: an applied id is not applied again': [
      "if not seen.remember(e, ev.digest, at) then return 'duplicate', 'duplicate' end",
      'seen.remember(e, ev.digest, at)',
    ],
    '12.1: a copy of a parked event changes nothing': [
      'if ev.fresh and order.is_parked(e, ev.id) then',
      'if false then',
    ],
    '12.2: a follower waits for its leader': ['if ev.follows and not seen.has(e, ev.leader, at) then', 'if false then'],
    '12.2: followers come after their leader': ['order.followers(e, ev.digest)', ''],
  },
  'lua/include/seen.lua': {
    '12.1: ids are remembered for 30 minutes': ['limits.MEMORY_MS', 'limits.MEMORY_MS + 60000'],
  },
  'lua/include/order.lua': {
    '12.2: a follower waits 15 minutes': ['limits.WAIT_MS', 'limits.WAIT_MS + 60000'],
    '12.2: followers go by occurrence': ['ev.leader, ev.occurred, member(ev))', 'ev.leader, -ev.occurred, member(ev))'],
    '8.2: overdue followers go by occurrence': ['return a.occurred < b.occurred', 'return a.occurred > b.occurred'],
  },
};

export const protections: Mutants = {
  'lua/include/seen.lua': {
    'id memory: as long as it is promised': ['limits.MEMORY_MS', 'limits.MEMORY_MS - 60000'],
  },
};
