-- What one call knows of a trigger's state: the windows of its keys, and their places in the deadlines. Most triggers that a chunk
-- meets have one key in it, and Lua pays for each table and for each field: so no table of windows before there are two.
local M = {}

local kinds = {} -- by the sum of what holds (src/match/plan.ts, kindOf): few triggers differ, so most share a table

function M.kind(sum)
  if not kinds[sum] then
    kinds[sum] = --[[kind of a trigger]] {
      proactive = sum % 2 >= 1, after = sum % 4 >= 2, standing = sum % 8 >= 4, keyed = sum % 16 >= 8, rooted = sum % 32 >= 16,
      rich = sum % 64 >= 32, distinct = sum % 128 >= 64, summed = sum >= 128, -- of rules 17
      early = sum % 4 == 3 and sum < 64, -- whether times of expected events are remembered
      valued = sum >= 64, whole = sum % 2 >= 1 or sum >= 32, -- whether events have a value; whether windows are whole records
    }
  end
  return kinds[sum]
end

-- threshold: false of a composite; within: ms, false without.
function M.new(e, name, threshold, within, kind)
  local s = --[[state]] {
    name = name, threshold = threshold, within = within, kind = kind,
    first = false, windows = false, -- the only window, or all of them by key
    changed = false, -- the window that changed last; each names the one that changed before it
    deadlines = false, -- what is known of its deadlines, as soon as one moves or is due (due.lua)
    early = false, remembers = false, fresh_span = false, -- what is known of remembered times, and what is to be written (early.lua)
    options = false, -- what rules 17 add to the trigger, as soon as it is asked for (engine.options)
    wanted = false, -- keys whose remembered times are asked for at once, when the first one is
  }
  e.states[name] = s
  return s
end

-- The state of a trigger; of one whose definition is gone its name is enough.
function M.of(e, name, trigger)
  local known = e.states[name]
  if known then return known end
  if not trigger then return M.new(e, name, false, false, M.kind(0)) end
  return M.new(e, name, trigger.type == 'event' and trigger.threshold, trigger.within, trigger.kind)
end

-- The window of a key, nil when it is not known yet.
function M.window(s, key)
  if s.windows then return s.windows[key] end
  return s.first and s.first.key == key and s.first or nil
end

function M.add(s, b)
  if s.windows then
    s.windows[b.key] = b
  elseif s.first then
    s.windows = { [s.first.key] = s.first, [b.key] = b }
  else
    s.first = b
  end
end

-- Notes that something of it changes; called before the first change.
function M.touch(e, s)
  if not (s.changed or s.deadlines or s.remembers) then e.touched[#e.touched + 1] = s end
end

return M
