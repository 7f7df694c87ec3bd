-- Rules 7.2, row by row: an event meets the window of its key. Answers the words of what happened. This is where most events end.
local due = include('due')
local engine = include('engine')
local firing = include('firing')
local limits = include('limits')
local quota = include('quota')
local story = include('story')
local tally = include('tally')
local window = include('window')

local M = {}

local REACH_BACK_MS = limits.REACH_BACK_MS

local function open(s, b, start, finish, count)
  b.start, b.finish, b.count, b.head = start, finish, count, false
  if s.kind.rich then tally.clear(b.extra) end
end

-- Keeps a window that was opened; without `within` also one that goes on, for it is kept from its last event on. Its place in the
-- deadlines only ever comes forward; one that comes up too early is corrected then.
local function save(e, s, b, ev)
  local over = math.max(s.within > 0 and b.finish or ev.t, ev.as_of)
  local earlier = not b.kept or not b.due or over < b.due
  b.due, b.head = over, false
  if s.kind.rich then return end -- the caller saves it
  if earlier then due.set(e, s, b.key, window.wakes(s, b)) end
  window.keep(e, s, b, true)
end

local function close(e, s, b, word)
  if b.kept and not s.kind.rich then
    due.set(e, s, b.key, false)
    window.keep(e, s, b, false)
  end
  window.close(s, b)
  return word
end

-- 17.5: a trigger that events reset neither reaches back nor makes anybody deaf.
local function resets(e, s)
  return s.kind.rich and engine.options(e, s).reset
end

-- s: what is known of the trigger; b: the window of the key; arms, expects: what the event does there; ev: id, t, as_of, doc.
-- Answers word, firing or nil.
function M.apply(e, s, b, arms, expects, ev)
  local w, t, after, word, opened = s.within, ev.t, s.kind.after, nil, false

  if not b.start and quota.bars(e, s, arms) then return 'over-limit' end
  if arms and (not b.start or w > 0 and t >= b.finish) then -- R1
    open(s, b, t, t + w, expects and not s.kind.valued and -1 or 0)
    word, opened = 'armed', true
  end
  if not expects then -- R2
    if opened or w == 0 then save(e, s, b, ev) end
    return word or 'open'
  end
  if not b.start and after then return 'not-armed' end -- R3
  if not b.start then -- R4
    open(s, b, resets(e, s) and t or t - REACH_BACK_MS, t + w, 0)
    opened = true
  end
  if t < b.start then -- R5: an empty window that neither an arming event nor a reset opened follows on a firing
    local opened_alone = after or b.count ~= 0 or s.kind.rich and b.extra.idle == 1
    return (opened_alone or t < b.start - w) and 'late' or 'resting'
  end
  if w > 0 and t >= b.finish then
    if after then return close(e, s, b, 'disarmed') end -- R6
    open(s, b, t, t + w, 0) -- R7
    opened = true
  end
  if not tally.count(e, s, b, ev, word == 'armed') then -- R8
    if opened or w == 0 then save(e, s, b, ev) elseif not s.kind.rich then window.change(e, s, b) end -- R10
    return word and word .. '+counted' or 'counted'
  end
  local fired = firing.of_event(e, s.name, b.key, ev, story.of_count(s, b)) -- R11
  if s.kind.rich then tally.attach(e, s, b, fired, b.extra.collected or {}, b.extra.counted) end
  if after or w == 0 then
    close(e, s, b)
  else
    local start = resets(e, s) and t or b.finish -- a run ends with its firing
    open(s, b, start, start + w, 0)
    save(e, s, b, ev)
  end
  return 'fired', fired
end

return M
