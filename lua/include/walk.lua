-- Semantics 7.1, step 3: one event meets the triggers of one automation.
local bucket = include('bucket')
local composite = include('composite')
local engine = include('engine')
local firing = include('firing')
local proactive = include('proactive')
local reactive = include('reactive')
local settle = include('settle')

local M = {}

-- 3.1: while the system runs behind, the event's own time can be past the end of a window that is not due yet.
local function settle_own(e, triggers, matches, from, to, ev)
  for i = from, to do
    local m = matches[i]
    local trigger = triggers[m.trigger]
    if trigger.posture == 'Proactive' then
      local b = bucket.read(e, engine.trigger(e, trigger.name), m.key)
      if b.start and b['end'] <= ev.t then settle.bucket(e, b, ev.t, ev.as_of) end
    end
  end
end

-- The composites above fired triggers, deepest first, so that each is evaluated once and after its children.
local function go_up(e, pending, ev)
  while next(pending) do
    local deepest
    for _, group in pairs(pending) do
      if not deepest or group.composite.order > deepest.composite.order then deepest = group end
    end
    pending[deepest.composite.name] = nil
    table.sort(deepest, function(a, b) return a.trigger.order < b.trigger.order end)
    local fired = composite.receive(e, deepest.composite, deepest, ev.as_of)
    if fired then M.pass(e, fired, pending) end
  end
end

-- A firing leaves at the root, or waits for its siblings.
function M.pass(e, fired, pending)
  local parent = fired.trigger.parent
  if parent == '' then return firing.emit(e, fired) end
  pending[parent] = pending[parent] or { composite = engine.trigger(e, parent) }
  table.insert(pending[parent], fired)
end

-- matches[from..to] are those of one automation, depth first. Adds a word for each to `words`.
function M.automation(e, triggers, matches, from, to, ev, words)
  if ev.t > ev.as_of then settle_own(e, triggers, matches, from, to, ev) end
  local pending = {}
  for i = from, to do
    local m = matches[i]
    local trigger = triggers[m.trigger]
    if trigger.posture == 'Proactive' then
      local b = bucket.read(e, trigger, m.key)
      words[#words + 1] = proactive.apply(e, trigger, b, m, ev)
      bucket.save(e, b)
    else
      local word, fired = reactive.apply(e, trigger, m, ev)
      words[#words + 1] = word
      if fired then M.pass(e, fired, pending) end
    end
  end
  go_up(e, pending, ev)
end

return M
