-- Rules 8: deadlines. A window that is over without what was expected fires; what is outdated is forgotten.
local window = include('window')
local children = include('children')
local composite = include('composite')
local due = include('due')
local engine = include('engine')
local firing = include('firing')
local limits = include('limits')
local dlq = include('dlq')

local M = {}

local FORGET_MS = limits.FORGET_MS

-- 8.1: s is the time it is settled with, as_of that of the settlement.
function M.window(e, b, s, as_of)
  local trigger, finish, fired = b.trigger, b['end'], nil
  if b.keep and finish > b.keep then
    window.close(b)
    return window.save(e, b)
  end
  if b.count < trigger.threshold and not (trigger.once and b.silent == 1) then
    fired = firing.of_absence(trigger, b, window.last_event(b))
    b.alert_start, b.alert_missing, b.alert_until = b.start, trigger.threshold - b.count, b.due + FORGET_MS
    b.silent = trigger.standing and 1
  end
  if trigger.after then
    window.close(b)
  else
    b.start = finish + math.floor((s - finish) / trigger.within) * trigger.within
    b['end'], b.count = b.start + trigger.within, 0
    b.due = math.max(b['end'], b.due) -- the as_of of its opening stays that of its predecessor
  end
  window.save(e, b)
  if fired then composite.climb(e, fired, as_of) end
end

-- One obligation whose time has come, or whose index entry came too early.
local function visit(e, name, key, score)
  local trigger = engine.trigger(e, name)
  if not trigger then return due.correct(e, name, key, false) end
  if trigger.type ~= 'event' then return children.forget(e, trigger, key, score) end
  local b = window.read(e, trigger, key)
  local proactive, wakes = trigger.posture == 'Proactive', b.was_due
  if wakes and wakes <= score then
    if proactive and b.start and b['end'] == wakes then
      M.window(e, b, b.due, b.due)
    else
      if b.keep == wakes then window.close(b) end
      if b.alert_until == wakes then b.alert_start, b.alert_missing, b.alert_until = false, false, false end
      window.save(e, b)
    end
    wakes = window.wakes(b, proactive)
  end
  due.correct(e, name, key, wakes)
end

-- An obligation that cannot be met holds up neither the others nor the log, unless Redis refused a right: then the call fails.
-- What can still be read of the window keeps its place in the deadlines.
local function isolate(e, name, key, score, fault)
  e.fault = dlq.said(fault)
  if dlq.is_refusal(e.fault) then error(fault, 0) end
  local readable, b = pcall(window.read, e, engine.trigger(e, name), key)
  local wakes = readable and b.was_due
  due.correct(e, name, key, wakes and wakes > score and wakes)
  dlq.write(e.keys, e.next_id, 'windows', e.entry or e.position, 'cannot be settled: ' .. name .. ':' .. key, e.fault, 1, {})
end

-- 8.2: settles and forgets everything that is due at as_of, at most e.budget obligations. Answers whether nothing is left.
function M.catch_up(e, as_of)
  while e.head <= as_of do
    local name, key, score = due.first(e, as_of)
    if not name then return true end
    if e.budget <= 0 then return false end
    e.budget = e.budget - 1
    local ok, fault = pcall(visit, e, name, key, score)
    if not ok then isolate(e, name, key, score, fault) end
  end
  return true
end

return M
