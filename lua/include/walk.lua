-- Rules 7.1, step 3: one event meets the triggers of one automation.
local window = include('window')
local composite = include('composite')
local engine = include('engine')
local firing = include('firing')
local proactive = include('proactive')
local reactive = include('reactive')
local settle = include('settle')
local wire = include('wire')

local M = {}

-- 3.1: while the system runs behind, the event's own time can be past the end of a window that is not due yet.
local function settle_own(e, matches, ev)
  for _, m in ipairs(matches) do
    if m.trigger.posture == 'Proactive' then
      local b = window.read(e, engine.trigger(e, m.trigger.name), m.key)
      if b.start and b['end'] <= ev.t then settle.window(e, b, ev.t, ev.as_of) end
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
    if deepest[2] then table.sort(deepest, function(a, b) return a.trigger.order < b.trigger.order end) end
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

-- matches: those of one automation, depth first. Answers `words` with a word for each of them.
local function automation(e, matches, ev, words)
  if ev.t > ev.as_of then settle_own(e, matches, ev) end
  local pending
  for _, m in ipairs(matches) do
    local word, fired
    if m.trigger.posture == 'Proactive' then
      local b = window.read(e, m.trigger, m.key)
      word = proactive.apply(e, m.trigger, b, m, ev)
      window.save(e, b)
    else
      word, fired = reactive.apply(e, m.trigger, m, ev)
    end
    words = words .. ' ' .. word
    if fired and matches[2] then
      pending = pending or {}
      M.pass(e, fired, pending)
    elseif fired then composite.climb(e, fired, ev.as_of) end
  end
  if pending then go_up(e, pending, ev) end
  return words
end

-- doc: the event's document, sent when anything can need it; false for none. Answers a word for the event and one for each trigger.
function M.event(e, chunk, ev, doc)
  local words, next, matches = 'applied', ev.first, nil
  ev.doc = doc
  while next <= ev.last do
    matches, next = wire.matches(chunk, next)
    words = automation(e, matches, ev, words)
  end
  return words
end

return M
