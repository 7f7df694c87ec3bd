-- The order of rules 17 for a trigger that uses any of them: reset, alert, cooldown, then the rows of rules 7.
local active = include('active')
local engine = include('engine')
local extra = include('extra')
local firing = include('firing')
local limits = include('limits')
local proactive = include('proactive')
local reactive = include('reactive')
local reset = include('reset')
local sliding = include('sliding')
local window = include('window')

local M = {}

-- 17.4 and 17.6: what comes too soon after a firing, or from before a recovery. Answers the word; nil: it goes on.
local function refuse(s, b, m, ev)
  local x = b.extra
  if not (m.expects or m.arms) then return nil end
  if x.quiet and ev.t < x.quiet then
    if m.arms then active.arm(s, b, ev) end
    return 'cooling'
  end
  return x.floor and ev.t < x.floor and 'late' or nil
end

-- What follows on a firing of this trigger.
local function fire(e, s, b, fired, ev)
  local options, x = engine.options(e, s), b.extra
  if options.cooldown and not options.sliding then
    local quiet = ev.t + options.cooldown
    extra.remember(x, 'quiet', quiet, math.max(quiet, ev.as_of) + limits.KEEP_MS)
  end
  if not options.resolve then return fired end
  firing.emit(e, fired)
  active.set(e, s, b, fired, ev.as_of)
  return nil
end

-- The rows of a Reactive trigger. Answers the word, and the firing or nil.
local function rows(e, s, b, m, ev)
  local word, fired
  if b.alert then
    word = active.meet(e, s, b, m.arms, m.expects, m.resolves, ev)
    if word or not (m.arms or m.expects) then return word or '' end
  end
  word = refuse(s, b, m, ev)
  if word then return word end
  if engine.options(e, s).sliding then
    if not m.expects then return '' end
    word, fired = sliding.apply(e, s, b, ev)
  else
    if not (m.arms or m.expects) then return '' end
    word, fired = reactive.apply(e, s, b, m.arms, m.expects, ev)
  end
  return word, fired and fire(e, s, b, fired, ev)
end

local function joined(first, second)
  if first == '' or second == '' then return first .. second end
  return first .. '+' .. second
end

-- m: what the event is to the trigger (match.lua). Answers the word, and the firing or nil.
function M.apply(e, s, b, m, ev)
  local word, said, fired = '', '', nil
  ev.resets = m.resets
  if m.resolves then active.remember(b, ev) end
  if m.resets then word = reset.apply(e, s, b, ev) end
  if not s.kind.proactive then
    said, fired = rows(e, s, b, m, ev)
  elseif m.arms or m.expects then
    said = proactive.apply(e, s, b, m.arms, m.expects, ev)
  end
  word = joined(word, said)
  local alone = not (m.arms or m.resolves or m.resets)
  if alone and (word == 'counted' and b.head or word == 'active' and b.stem) then
    window.change(e, s, b) -- its deadlines are what they were, or come later
  else
    window.save(e, s, b)
  end
  if word == '' then word = m.no_value and 'no-value' or m.resolves and b.alert and 'late' or 'idle' end
  return word, fired
end

return M
