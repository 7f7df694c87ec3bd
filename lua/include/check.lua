-- Asks, before the first command is run, for everything that could make a later one fail: the rights, and the types of keys that the
-- call has not read. Short memory needs no question: `#!lua` makes Redis refuse the whole call then.
local due = include('due')
local ending = include('ending')
local remembered = include('remembered')
local typed = include('typed')

local M = {}

-- Raises the error of a command that the user may not run.
local function check_right(command, key, ...)
  if redis.acl_check_cmd(command, key, ...) then return end
  error({ err = 'NOPERM the user of this connection may not run ' .. command .. ' on ' .. key }, 0)
end

local check_type = typed.check

local function check_own(e)
  check_right('ZADD', e.keys.own, '0', 'm')
  check_type(e.keys.own, 'zset')
end

local TYPES = { XADD = 'stream', ZADD = 'zset', ZREM = 'zset', HSET = 'hash', HDEL = 'hash' }

local function check_commands(e)
  local known = {}
  for _, command in ipairs(e.commands) do
    local name, key = command[1], command[2]
    local both = name .. key
    if not known[both] then
      known[both] = true
      check_right(unpack(command, 1, math.min(#command, 5)))
      if TYPES[name] then check_type(key, TYPES[name]) end
      if name == 'XADD' and not command.own then ending.check(key) end
      if command.own then check_own(e) end
    end
  end
end

-- Asks once for every command that write.lua may run, and for the types of keys that the call has not read.
function M.all(e)
  local k, p = e.keys, e.prefixes
  check_right('SET', k.position, '')
  check_right('HSET', k.clock, 'f', 'v')
  check_right('HSET', k.counters, 'f', '1')
  check_right('HDEL', k.clock, 'f')
  check_right('HINCRBY', k.counters, 'f', '1')
  check_right('ZADD', k.due, '0', 'm')
  check_right('ZREM', k.due, 'm')
  check_right('DEL', p.composite)
  if e.claimed then check_right('ZREMRANGEBYSCORE', k.own, '0', '1') end
  if e.sources ~= e.stored_sources then
    check_right('HSET', k.reached, 'f', 'v')
    check_right('HDEL', k.reached, 'f')
    check_type(k.reached, 'hash')
  end
  check_type(k.counters, 'hash')
  check_type(k.quota_used, 'hash')
  check_type(k.damage, 'hash')
  for _, known in pairs(e.buckets) do
    if known.fresh then check_type(known.key, 'hash') end
  end
  local remembers = false
  for _, s in ipairs(e.touched) do
    local d = s.deadlines
    if d and not d.visited then check_type(due.key(e, s), 'zset') end
    if s.changed and s.kind.whole then check_type(p.last .. s.name, 'hash') end
    if s.remembers then
      remembers = true
      for _, name in ipairs(remembered.prepare(e, s)) do
        check_right('HSET', name, 'f', 'v')
        check_type(name, 'hash')
      end
    end
  end
  if remembers then
    check_right('ZADD', k.early, '0', 'm')
    check_type(k.early, 'zset')
  end
  check_commands(e)
end

return M
