import { mutationsOf } from './mutation.ts';

/** What makes a step harmless to repeat, late or early. */
const STEPS = [
  ...mutationsOf(
    'lua/apply.lua',
    ['test/lua/apply.test.ts', 'test/apply/applier.test.ts', 'test/apply/taken-back.test.ts'],
    [
      [
        'position fence: what is applied is not applied again',
        'while ids[first] and not stream.after(ids[first], e.position) do',
        'while false do',
      ],
      [
        'position fence: nothing is applied before its turn',
        "if redis.call('XRANGE', keys.events, '(' .. e.position, '(' .. ids[first], 'COUNT', 1)[1] then",
        'if false then',
      ],
      [
        'generation check: no event meets definitions that are gone',
        "if (redis.call('GET', keys.generation) or '0') ~= chunk.generation then",
        'if false then',
      ],
      [
        'a failover: what it took back is not applied',
        "if not redis.call('XRANGE', keys.events, ids[#ids], ids[#ids])[1] then",
        'if false then',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/log.lua',
    ['test/lua/apply.test.ts', 'test/apply/poison.test.ts', 'test/apply/applier.test.ts'],
    [
      [
        'an entry that failed half-way is not tried again',
        "if e.begun ~= e.entry or not pcall(M.set_aside, e, e.entry, 'failed half-way', answer[4]) then",
        'if true then',
      ],
      [
        'what took effect is acknowledged with it',
        "redis.call('XACK', e.keys.events, group, unpack(ids, first, last))",
        '',
      ],
      [
        'an entry that fails does not take the others with it',
        'local ok, result, said = pcall(step)',
        'local ok, result, said = true, step()',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/change.lua',
    ['test/lua/put-automation.test.ts', 'test/lua/delete-automation.test.ts', 'test/redis/definitions.test.ts'],
    [
      [
        'generation check: of two changes at a time one is made anew',
        "if (redis.call('GET', e.keys.generation) or '0') ~= expected then return 'stale-definitions' end",
        '',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/settle.lua',
    ['test/lua/settle.test.ts', 'test/services/outage.test.ts'],
    [
      ['watermark in as_of: absences wait for the entries before them', 'math.min(e.now, waiting or e.now)', 'e.now'],
      [
        'watermark in as_of: absences wait for what is late',
        'settle.catch_up(e, time - engine.lag(e))',
        'settle.catch_up(e, time)',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/engine.lua',
    ['test/lua/put-automation.test.ts', 'test/lua/put-enabled.test.ts', 'test/lua/delete-automation.test.ts'],
    [
      [
        'watermark in as_of: a change does not overtake the log',
        'return math.min(e.now, M.oldest_waiting(e) or e.now) - M.lag(e)',
        'return e.now - M.lag(e)',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/seen.lua',
    ['test/lua/apply-order.test.ts', 'test/lua/redrive.test.ts'],
    [
      ['id memory: as long as it is promised', 'limits.MEMORY_MS', 'limits.MEMORY_MS - 60000'],
      [
        'id memory: what was set aside half-way is no duplicate of itself',
        "redis.call('HDEL', shard.of(e, generation, e.digest), e.digest)",
        '0',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/position.lua',
    ['test/lua/audit.test.ts', 'test/services/hygiene.test.ts'],
    [
      ['a lost position is found by what is acknowledged', 'position = by_group(keys)', "position = '0-0'"],
      [
        'a lost position is found by the ids that are remembered',
        'if stream.after(remembered, position) then position = remembered end',
        '',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/settle.lua',
    ['test/apply/poison.test.ts', 'test/lua/settle.test.ts'],
    [
      [
        'a window that cannot be read does not hold up the others',
        'local ok, fault = pcall(visit, e, name, key, score)',
        'local ok, fault = true, visit(e, name, key, score)',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/include/quota.lua',
    ['test/lua/quota.test.ts'],
    [['caps on what is held', 'e.over = e.over + 1\n  return true', 'e.over = e.over + 1\n  return false']],
  ),
];

/** What keeps the janitor from what somebody needs: it looks and removes in one step. */
const JANITOR = [
  ...mutationsOf(
    'lua/trim.lua',
    ['test/lua/trim.test.ts', 'test/services/janitor.test.ts'],
    [
      [
        'atomic janitor: what is not applied is not trimmed',
        "if fenced then keep_behind(redis.call('GET', keys.position) or '0-0', args.group) end",
        '',
      ],
      [
        'atomic janitor: what another group was not given is not trimmed',
        "keep_behind(group['last-delivered-id'], group.name)",
        '',
      ],
      ['atomic janitor: what another group holds is not trimmed', 'if pending[2] then', 'if false then'],
    ],
  ),
  ...mutationsOf(
    'lua/retire.lua',
    ['test/lua/retire.test.ts', 'test/services/janitor.test.ts'],
    [
      [
        'atomic janitor: a worker that lives stays in its group',
        "if redis.call('EXISTS', keys.worker) == 1 then",
        'if false then',
      ],
      ['atomic janitor: what a worker holds is not lost with it', 'if #held > 0 then', 'if false then'],
    ],
  ),
  ...mutationsOf(
    'lua/forget-ids.lua',
    ['test/lua/forget-ids.test.ts'],
    [
      [
        'atomic janitor: ids that can be asked for stay',
        'if not oldest or at - oldest.to < limits.MEMORY_MS then',
        'if not oldest then',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/sweep.lua',
    ['test/lua/sweep.test.ts'],
    [
      [
        'atomic janitor: a piece at a time',
        "redis.call('ZRANGE', windows, 0, tonumber(args.limit) - 1)",
        "redis.call('ZRANGE', windows, 0, -1)",
      ],
    ],
  ),
];

/** What is set aside is set aside once, and sent again once. */
const LETTERS = [
  ...mutationsOf(
    'lua/reject-firing.lua',
    ['test/lua/reject-firing.test.ts'],
    [
      ['dead letters: the second to come writes none', "if not held and firing then return { 'gone' } end", ''],
      [
        'dead letters: what is moved to the dead letters is acknowledged with it',
        "redis.call('XACK', keys.firings, args.group, args.entry)",
        '',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/redrive.lua',
    ['test/lua/redrive.test.ts'],
    [
      ['dead letters: what is sent again is a letter no more', "redis.call('XDEL', keys.dead, args.letter)", ''],
      [
        'dead letters: a firing that is sent again is there once',
        "if found.source == 'firings' then redis.call('XDEL', stream, found.entry) end",
        '',
      ],
    ],
  ),
  ...mutationsOf(
    'lua/take-over.lua',
    ['test/lua/take-over.test.ts', 'test/apply/crash-loop.test.ts'],
    [
      [
        'poison: what kills its workers is set aside',
        "deaths >= tonumber(args.deaths) and 'poison' or 'take'",
        "'take'",
      ],
      [
        'poison: workers that lose Redis at the same time are one death',
        'deaths = math.max(deaths, before + 1)',
        'deaths = deaths + 1',
      ],
    ],
  ),
];

/** What the atomic steps rest on, taken away one by one. */
export const steps = [...STEPS, ...JANITOR, ...LETTERS];
