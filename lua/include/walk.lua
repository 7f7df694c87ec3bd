-- Rules 7.1, step 3: one event meets the triggers of one automation.
local composite = include('composite')
local engine = include('engine')
local firing = include('firing')
local proactive = include('proactive')
local obligation = include('obligation')
local reactive = include('reactive')
local rich = include('rich')
local window = include('window')
local match = include('match')

local M = {}

-- 3.1: an event's own time can be past what has to be decided for its key and is not due yet, or waits for a parked event.
local function is_past(s, b, ev)
  return s.kind.whole and obligation.first(s, b, false) <= ev.t
end

local function settle_own(e, matches, ev)
  for _, m in ipairs(matches) do
    if not m.composite and is_past(m.s, m.b, ev) then obligation.settle_own(e, m.s, m.b, ev) end
  end
end

-- 17.9: before the children are asked, composites lose what the event empties. Each match of one gets its word.
local function empty(e, matches, ev)
  for _, m in ipairs(matches) do
    if m.composite then m.word = composite.empty(e, engine.trigger(e, m.s.name), m.b.key, ev.t) end
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

-- One event meets one trigger. more: what else it is there (match.lua). Answers the word, and the firing or nil.
local function meet(e, s, b, arms, expects, ev, more, at)
  if s.kind.rich then
    ev.value = s.kind.valued and match.value(e.chunk, s, at)
    return rich.apply(e, s, b, match.part_two(arms, expects, more), ev)
  end
  if not s.kind.proactive then return reactive.apply(e, s, b, arms, expects, ev) end
  local word = proactive.apply(e, s, b, arms, expects, ev)
  window.save(e, s, b)
  return word
end

-- matches: those of one automation, depth first. Answers `words` with a word for each of them.
local function automation(e, matches, ev, words)
  settle_own(e, matches, ev)
  empty(e, matches, ev)
  local pending = {}
  for _, m in ipairs(matches) do
    local word, fired = m.word, nil
    if not m.composite then word, fired = meet(e, m.s, m.b, m.arms, m.expects, ev, m.more, m.at) end
    words = words .. ' ' .. word
    if fired then M.pass(e, fired, pending) end
  end
  go_up(e, pending, ev)
  return words
end

-- Answers a word for the event and one for each trigger. Most automations have one trigger that an event meets.
function M.event(e, chunk, ev)
  local words, last_match = 'applied', chunk.match + chunk.match_counts[ev.number]
  while chunk.match < last_match do
    local s, b, arms, expects, last, more, at = match.next(chunk)
    if last and s.threshold and not is_past(s, b, ev) then
      local word, fired = meet(e, s, b, arms, expects, ev, more, at)
      words = words .. ' ' .. word
      if fired then composite.climb(e, fired, ev.as_of) end
    else
      local matches = {}
      while true do
        matches[#matches + 1] = { s = s, b = b, arms = arms, expects = expects, more = more, at = at, composite = not s.threshold }
        if last then break end
        s, b, arms, expects, last, more, at = match.next(chunk)
      end
      words = automation(e, matches, ev, words)
    end
  end
  return words
end

return M
