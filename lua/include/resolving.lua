-- Rules 13, resolve: somebody says that the alert of a key is over.
local active = include('active')
local alert = include('alert')
local engine = include('engine')
local firing = include('firing')
local state = include('state')
local window = include('window')

local M = {}

-- name: of a root. Answers whether there was an alert.
function M.alert(e, name, key)
  local trigger = engine.trigger(e, name)
  if not trigger or trigger.type ~= 'event' then return false end
  local s = state.of(e, name, trigger)
  if not s.kind.whole then return false end
  local b = window.of(e, s, key)
  local a = b.alert
  if not a then return false end
  local doc = (s.kind.proactive and alert.fired or alert.event)(e, s, b)
  local cause = firing.part(engine.int(a.start)) .. firing.part(e.position)
  firing.emit(e, firing.of_recovery(trigger, key, a, e.as_of, doc, cause))
  alert.forget(s, b)
  if not s.kind.proactive then active.over(e, s, b, math.max(e.as_of, a.last), e.as_of, a.last) end
  window.save(e, s, b)
  return true
end

return M
