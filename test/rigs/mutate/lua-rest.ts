import { mutationsOf } from './mutation.ts';

/** Rules of composites, time, order and changes broken one by one. */
export const rest = [
  ...mutationsOf(
    'lua/include/composite.lua',
    ['test/lua/apply-composite.test.ts', 'test/lua/settle.test.ts'],
    [
      ['9.1: one needed: fires with the first alone', 'if c.needed == 1 then', 'if false then'],
      ['9.2: what is outdated does not count', 'children.drop(g, as_of, -math.huge)', ''],
      [
        '9.4: one event advances a sequence by one step',
        "if c.type == 'sequence' and #received > 1 then",
        'if false then',
      ],
      [
        '9.7: event and time are those of the firing stored last',
        'then completing = f end',
        'then completing = completing or f end',
      ],
      ['9.7: all that was stored is used up', 'if documents then g.stored = {} end', ''],
      ['9: each group is on its own', 'key.of_document(f.doc, c.names)', 'key.of_document(nil, c.names)'],
    ],
  ),
  ...mutationsOf(
    'lua/include/group.lua',
    ['test/lua/apply-composite.test.ts'],
    [
      ['9.3: a firing too old for the others is dropped', 'if f.time >= oldest then', 'if true then'],
      ['9.3: exactly `within` apart stays', 'newest - g.composite.within', 'newest - g.composite.within + 1'],
      ['9.4: the next step is preferred', 'if f.trigger.child == step then return f end', ''],
      ['9.4: else the first is kept', 'return received[1]', 'return received[#received]'],
      [
        '9.4: equal times go by application',
        's.time == before.time and s.number < before.number',
        's.time == before.time',
      ],
      ['9.5: a stored newer firing stays', 'if old and old.time > f.time then return false end', ''],
      ['9.5: an equally old one is replaced', 'old.time > f.time', 'old.time >= f.time'],
      ['9.6: a compound needs so many', 'present >= c.needed', 'present > c.needed'],
      ['9.6: a sequence needs its order', 'return M.progress(g) == #c.children', 'return next(g.stored) and true'],
      ['9: a child is kept 60 s beyond its use', 'limits.KEEP_MS', 'limits.KEEP_MS - 1000'],
      [
        '9: a child is kept at least until as_of and 60 s',
        'math.max(f.time + within, as_of) + KEEP_MS',
        'f.time + within + KEEP_MS',
      ],
      [
        '9: without `within` a child is kept for a day',
        'limits.KEEP_UNLIMITED_MS',
        'limits.KEEP_UNLIMITED_MS - 3600000',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/children.lua',
    ['test/lua/apply-composite.test.ts'],
    [
      ['9.3: what is older than `within` is dropped', 'or s.time < oldest then', 'then'],
      ['8.2: a child is forgotten at its keep_until', 'if s.keep <= as_of or', 'if s.keep < as_of or'],
      ['13: a changed child counts no more', 'if c.known[child] then', 'if true then'],
      [
        '9: children in declared order',
        'for _, child in ipairs(g.composite.children) do',
        'for child in pairs(g.stored) do',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/walk.lua',
    ['test/lua/apply-proactive.test.ts', 'test/lua/apply-composite.test.ts', 'test/lua/apply.test.ts'],
    [
      ['7.1, 3.1: an event settles its own window first', 'if ev.t > ev.as_of then settle_own(e, matches, ev) end', ''],
      ['7.1, 3.1: a window is over at its end', "b['end'] <= ev.t", "b['end'] < ev.t"],
      [
        '7.1, 3.2: composites after their children',
        'group.composite.order > deepest.composite.order',
        'group.composite.order < deepest.composite.order',
      ],
      [
        '7.1, 3.2: firings of children in declared order',
        'return a.trigger.order < b.trigger.order',
        'return a.trigger.order > b.trigger.order',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/engine.lua',
    ['test/lua/settle.test.ts', 'test/lua/apply-order.test.ts', 'test/lua/apply.test.ts'],
    [
      ['1: the lag is at most 15 minutes', 'limits.LAG_LIMIT_MS', 'limits.LAG_LIMIT_MS + 60000'],
      [
        '4: the lag is how late the last mover of the clock was',
        'math.min(LAG_LIMIT_MS, e.arrival - e.newest)',
        'math.min(LAG_LIMIT_MS, 0)',
      ],
      [
        '4: only a greater t moves the clock',
        'if e.newest and t <= e.newest then return end',
        'if e.newest and t < e.newest then return end',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/apply.lua',
    ['test/lua/apply-order.test.ts', 'test/lua/apply.test.ts'],
    [
      ['4: own events do not move the clock', 'if not ev.own then engine.move_clock', 'if true then engine.move_clock'],
      [
        '4: as_of is taken before the event moves the clock',
        'ev.as_of = at - engine.lag(e)',
        'if not ev.own then engine.move_clock(e, ev.t, ev.received) end\n  ev.as_of = at - engine.lag(e)',
      ],
      ['7.1: deadlines come before events', 'if not settle.catch_up(e, ev.as_of) then return nil end', ''],
      [
        '12.1: an applied id is not applied again',
        "if not seen.remember(e, ev.digest, at) then return 'duplicate', 'duplicate' end",
        'seen.remember(e, ev.digest, at)',
      ],
      [
        '12.1: a copy of a parked event changes nothing',
        'if ev.fresh and order.is_parked(e, ev.id) then',
        'if false then',
      ],
      [
        '12.2: a follower waits for its leader',
        'if ev.follows and not seen.has(e, ev.leader, at) then',
        'if false then',
      ],
      ['12.2: followers come after their leader', 'order.followers(e, ev.digest)', ''],
    ],
  ),
  ...mutationsOf(
    'lua/include/seen.lua',
    ['test/lua/apply-order.test.ts', 'test/lua/forget-ids.test.ts'],
    [['12.1: ids are remembered for 30 minutes', 'limits.MEMORY_MS', 'limits.MEMORY_MS + 60000']],
  ),
  ...mutationsOf(
    'lua/include/order.lua',
    ['test/lua/apply-order.test.ts'],
    [
      ['12.2: a follower waits 15 minutes', 'limits.WAIT_MS', 'limits.WAIT_MS + 60000'],
      [
        '12.2: followers go by occurrence',
        'ev.leader, ev.occurred, member(ev))',
        'ev.leader, -ev.occurred, member(ev))',
      ],
      ['8.2: overdue followers go by occurrence', 'return a.occurred < b.occurred', 'return a.occurred > b.occurred'],
    ],
  ),
  ...mutationsOf(
    'lua/settle.lua',
    ['test/lua/settle.test.ts'],
    [
      [
        '4: the scheduler never runs ahead of the next entry',
        'local time = math.min(e.now, waiting or e.now)',
        'local time = e.now',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/due.lua',
    ['test/lua/settle.test.ts', 'test/lua/settle-order.test.ts'],
    [
      [
        '8.2: deadlines in their order',
        "redis.call('ZADD', e.keys.due, entry[2], name)\n    else",
        "redis.call('ZADD', e.keys.due, entry[2] + 10000, name)\n    else",
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/firing.lua',
    ['test/lua/firing-ids.test.ts', 'test/lua/apply-composite.test.ts'],
    [
      ['10: a firing id depends on the key', ' .. part(encoded)', ''],
      ['10: a firing id depends on the definition', ' .. part(trigger.digest)', ''],
      [
        '10: a firing id depends on the place',
        'part(trigger.automation) .. part(trigger.path)',
        'part(trigger.automation)',
      ],
      ['10: the id of an absence depends on who opened the window', "part(b.opener or '')", "part('')"],
      ['10: a resolved firing is another one', ' .. part(state)', ''],
      [
        '10: the labels of a firing are those of its key',
        'ipairs(key.values(f.key, #names))',
        "ipairs({ 'x', f.key })",
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/change.lua',
    ['test/lua/put-enabled.test.ts', 'test/lua/put-automation.test.ts', 'test/lua/delete-automation.test.ts'],
    [
      ['13: standing windows restart when enabled', 'elseif b.start and not trigger.after then', 'elseif false then'],
      [
        '13: armed windows that ran out are dropped when enabled',
        "trigger.after and b['end'] <= e.as_of then",
        'trigger.after and false then',
      ],
      [
        '13: a restarted window is not silent',
        'b.opened, b.silent, b.keep = opened, 0,',
        'b.opened, b.silent, b.keep = opened, b.silent,',
      ],
      ['13: the 30 days of a key start anew when enabled', 'trigger.keyed and e.as_of + FORGET_MS', 'b.keep'],
      [
        '13: what is due before a change comes out before it',
        'if settle.catch_up(e, e.as_of) then return nil end',
        'if true then return nil end',
      ],
      [
        '8.3: a standing window opens when it is loaded',
        'window.open(e, b, e.as_of, 0, e.as_of, false)\n  b.silent = 0',
        'window.open(e, b, e.now, 0, e.as_of, false)\n  b.silent = 0',
      ],
      ['13: a standing window that is there goes on', 'if b.start then return end', ''],
    ],
  ),
  ...mutationsOf(
    'lua/put-automation.lua',
    ['test/lua/put-automation.test.ts', 'test/lua/put-enabled.test.ts'],
    [
      ['13: nothing is settled of a disabled automation', "redis.call('ZREM', keys.due, place.name)", ''],
      ['13: state of a former definition is gone', 'change.discard(e, c.gone)', ''],
    ],
  ),
  ...mutationsOf(
    'lua/delete-automation.lua',
    ['test/lua/delete-automation.test.ts'],
    [['13: nothing more comes of a deleted automation', 'change.discard(e, c.gone)', '']],
  ),
];
