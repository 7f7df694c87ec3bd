-- Rules 13, clear: what is kept of a key goes, as if none of its events had ever come.
local alert = include('alert')
local children = include('children')
local due = include('due')
local early = include('early')
local engine = include('engine')
local extra = include('extra')
local hold = include('hold')
local limits = include('limits')
local state = include('state')
local tally = include('tally')
local window = include('window')

local M = {}

local function forget_extra(x)
  tally.clear(x)
  x.list, x.times, x.list_until, x.wakes = false, false, false, false
  extra.forget(x, math.huge)
end

local function group(e, composite, key)
  local g = children.read(e, composite, key)
  for child in pairs(g.stored) do g.stored[child], g.gone[#g.gone + 1] = nil, child end
  children.save(e, g)
end

-- A window of a Proactive trigger, or of one that uses rules 17.
local function whole(e, s, b, opens)
  local was_open = b.start
  hold.release(e, s, b)
  window.close(s, b)
  if b.alert then alert.forget(s, b) end
  if b.extra then forget_extra(b.extra) end
  early.forget(e, s, b.key)
  if opens and s.kind.standing and (was_open or not s.kind.keyed) then
    window.open(b, e.as_of, e.as_of + s.within, 0, e.as_of, false)
    b.silent, b.keep = 0, s.kind.keyed and e.as_of + limits.FORGET_MS
    engine.later(e, 'HDEL', e.prefixes.last .. s.name, b.key)
  end
  window.save(e, s, b)
  if b.kept then window.move(e, s, b, window.wakes(s, b)) end
end

-- name: of a trigger; opens: whether a standing window opens again, since the automation is enabled.
function M.key(e, name, key, opens)
  local trigger = engine.trigger(e, name)
  if not trigger then return end
  local s = state.of(e, name, trigger)
  due.of(e, s).visited = true -- its earliest deadline is written anew
  if trigger.type ~= 'event' then return group(e, trigger, key) end
  local b = window.of(e, s, key)
  if s.kind.whole then return whole(e, s, b, opens) end
  if not b.kept then return end
  due.set(e, s, key, false)
  window.keep(e, s, b, false)
  window.close(s, b)
end

return M
