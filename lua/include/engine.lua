-- Opens the context of a call, and answers what follows from it: the lag, as_of, the next wake-up, compiled triggers.
local context = include('context')
local damage = include('damage')
local definition = include('definition')
local limits = include('limits')
local position = include('position')
local sources = include('sources')
local typed = include('typed')
local time = include('time')
local usable = include('usable')

local M = {}

local texts = {} -- numbers as text: a number takes Lua long to write, and most are asked for more than once

-- Milliseconds as text: `..` and tostring round beyond 14 digits.
function M.int(number)
  texts[number] = texts[number] or string.format('%d', number)
  return texts[number]
end

-- now_ms: '' in production (the server's time), else virtual time; behind a blank the ms of new ids, where these lie ahead of it.
-- worker: '' where none calls.
function M.open(keys, prefixes, now_ms, worker)
  local e, virtual = context.new(keys, prefixes), tonumber(now_ms:match('^%d+'))
  local clock = redis.call('HMGET', keys.clock, 'newest', 'arrival', 'settled', 'at', 'unfinished', 'fed', 'forwarded')
  e.stored_newest, e.stored_arrival = tonumber(clock[1]) or false, tonumber(clock[2]) or false
  e.stored_settled = tonumber(clock[3]) or -math.huge
  e.unfinished, e.forwarded = clock[5] or false, clock[7] or false
  e.stored_sources = sources.stored(keys, clock[6])
  if clock[6] then e.stored_least, e.was_fed = sources.least(e.stored_sources), true end
  e.stored_position, e.stored_at = position.of(keys), tonumber(clock[4]) or false
  if virtual then
    e.now, e.next_id = virtual, now_ms:match('%d+$') .. '-*'
  else
    e.now = time.now()
    e.behind = usable.is_behind(e.now, e.stored_position)
    if e.behind then e.stored_settled = math.min(e.stored_settled, e.now) end
  end
  e.now_text, e.worker = M.int(e.now), worker
  if worker ~= '' then e.worker_json = ',"worker":' .. cjson.encode(worker) end
  context.begin(e)
  return e
end

function M.lag(e)
  e.lag = e.lag or e.newest and math.min(math.max(e.arrival - e.newest, 0), limits.LAG_LIMIT_MS) or 0
  return e.lag
end

-- Rules 4: an applied event moves the clock when it happened later than all before it.
function M.move_clock(e, ev)
  if e.newest and ev.t <= e.newest then return end
  e.newest, e.arrival, e.lag, e.clock_moved = ev.t, ev.received, false, true
  if ev.as_of > e.settled then e.settled = ev.as_of end
end

-- What the whole namespace agrees on (rules 1): { early_ms, wait_ms }.
function M.settings(e)
  if not e.settings then
    local set = typed.hash('HMGET', e.keys.settings, 'early_ms', 'follow_wait_ms')
    e.settings = { early_ms = tonumber(set[1]) or limits.EARLY_MS, wait_ms = tonumber(set[2]) or limits.WAIT_MS }
  end
  return e.settings
end

-- When the scheduler has something to do next, in Redis time; '' for never.
function M.wake(e)
  if math.abs(e.head) == math.huge or e.head >= limits.HELD then return '' end
  return M.int(e.head + M.lag(e))
end

-- The compiled trigger of that state name, or nil when its definition is gone.
function M.trigger(e, name)
  local trigger = e.triggers[name]
  if trigger ~= nil then return trigger or nil end
  local packed = typed.call('string', 'GET', e.prefixes.trigger .. name)
  if not packed then
    e.triggers[name] = false
    return nil
  end
  trigger = definition.read(name, packed) or damage.fail(e.prefixes.trigger .. name, 'holds no trigger')
  e.triggers[name] = trigger
  return trigger
end

-- Raises once more what an entry or a deadline failed with where it is not to blame; text: of the fault.
function M.pass_on(e, text)
  typed.pass_on(text)
  if text:find('^WRONGTYPE') then damage.fail('a key', 'has another type than it should: ' .. text) end
  if not text:find('attempt to index', 1, true) then return end
  for name, trigger in pairs(e.triggers) do
    if not trigger then damage.fail(e.prefixes.trigger .. name, 'was deleted') end
  end
end

-- The same while the clock is set back. at: `- <ms>`, own.lua.
function M.append_at(e, at, ...)
  e.commands[#e.commands + 1] = { 'XADD', e.keys.events, e.next_id, own = true, 'straightened', at, ... }
end

-- Queues an entry for the end of the log, with these fields. own.lua says how it is known as the engine's.
function M.append(e, ...)
  if e.behind then return M.append_at(e, '- ' .. e.now_text, ...) end
  e.commands[#e.commands + 1] = { 'XADD', e.keys.events, e.next_id, own = true, ... }
end

-- What rules 17 add to a trigger that uses them.
function M.options(e, s)
  s.options = s.options or M.trigger(e, s.name).options
  return s.options
end

-- Queues a command for the end of the call.
function M.later(e, ...)
  e.commands[#e.commands + 1] = { ... }
end

return M
