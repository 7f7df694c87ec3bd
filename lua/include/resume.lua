-- Rules 13: a trigger is enabled again. Where it has many keys, this is done some hundred keys a call (unfinished.lua).
local active = include('active')
local damage = include('damage')
local due = include('due')
local engine = include('engine')
local limits = include('limits')
local remind = include('remind')
local state = include('state')
local window = include('window')

local M = {}

local FORGET_MS = limits.FORGET_MS

-- Standing windows start anew, armed ones that ran out meanwhile are dropped, the rest goes on. Done twice it is the same.
local function resume(e, s, trigger, keys)
  local unknown = {}
  for _, key in ipairs(keys) do
    if not state.window(s, key) then unknown[#unknown + 1] = key end
  end
  window.read_all(e, s, unknown)
  for _, key in ipairs(keys) do
    local b = window.of(e, s, key)
    if b.start and trigger.kind.proactive and trigger.kind.after and b.finish <= e.as_of then
      window.close(s, b)
    elseif b.start and trigger.kind.standing then
      window.open(b, e.as_of, e.as_of + trigger.within, 0, e.as_of, false)
      b.silent, b.keep = 0, trigger.kind.keyed and e.as_of + FORGET_MS
    end
    local a = b.alert
    if a and a.ends and a.ends <= e.as_of then active.lapse_silently(s, b) elseif a then remind.skip(a, e.as_of) end
    window.save(e, s, b)
    local wakes = window.wakes(s, b)
    if wakes then window.move(e, s, b, wakes) end
  end
end

-- Leaves the keys of a trigger to the next calls.
local function leave(e, name, cursor)
  local left = e.left and cjson.decode(e.left:match('^resume (.*)$')) or { as_of = engine.int(e.as_of), names = {}, cursor = '0' }
  if name then left.names[#left.names + 1] = name end
  left.cursor = cursor or left.cursor
  e.left = 'resume ' .. cjson.encode(left)
end

function M.trigger(e, trigger)
  local s = state.of(e, trigger.name, trigger)
  due.of(e, s).visited = true -- its earliest deadline is written anew
  if not trigger.kind.whole then return end
  local deadlines = due.key(e, s)
  if redis.call('ZCARD', deadlines) > limits.RESUME_KEYS then return leave(e, s.name) end
  resume(e, s, trigger, redis.call('ZRANGE', deadlines, 0, -1))
end

-- What is left, as a table; nil where others wrote over it.
local function parsed(text)
  local readable, left = pcall(cjson.decode, text:match('^resume (.*)$') or '')
  local names = readable and type(left) == 'table' and left.names
  if type(names) ~= 'table' or type(names[1]) ~= 'string' or not tonumber(left.as_of) then return nil end
  local cursor = left.cursor
  return type(cursor) == 'string' and cursor:find('^%d+$') and #cursor <= 20 and left or nil
end

-- The next keys of what is left. Those that a slice moves may come again.
function M.go_on(e)
  local left = parsed(e.left)
  if not left then
    e.left = false
    return damage.lost(e, e.keys.clock, 'held rubbish in unfinished: disable automations that were enabled just before, and enable them again')
  end
  local name = left.names[1]
  e.as_of = tonumber(left.as_of)
  local trigger = engine.trigger(e, name)
  local cursor = '0'
  if trigger then
    local s, keys = state.of(e, name, trigger), {}
    due.of(e, s).visited = true
    local found = redis.call('ZSCAN', due.key(e, s), left.cursor, 'COUNT', limits.RESUME_KEYS)
    for i = 1, #found[2], 2 do keys[#keys + 1] = found[2][i] end
    resume(e, s, trigger, keys)
    cursor = found[1]
  end
  if cursor == '0' then table.remove(left.names, 1) end
  left.cursor = cursor
  e.left = left.names[1] and 'resume ' .. cjson.encode(left) or false
end

return M
