-- A window (rules 6) as a table, with the alert of its key. Its text: notation.lua.
local extra = include('extra')
local limits = include('limits')

local M = {}

-- kept: whether it is in Redis already.
function M.reactive(key, kept)
  return --[[reactive window]] {
    key = key, kept = kept, -- whether it counts among the keys with state
    start = false, finish = false, count = false, due = false, -- false: no window is open
    head = false, -- the text before the count, while nothing else has changed
    next = false, -- whether it changed: the window of the trigger that changed before it, or true for the first
  }
end

local WHOLE = { __index = --[[whole window]] {
  stem = false, -- the text before the newest event of an alert, while nothing else has changed
  opener = false, -- id of the event that opened it, where one did
  keep = false, -- when a silent key of a standing window is forgotten
  silent = false, -- of a standing window: 1 after a firing until something is counted, else 0
  armed = false, -- the newest time of its arming events, where that is not the start
  hold = false, -- how many parked events may yet be expected here: until they come back nothing is settled
  over = false, -- whether an alert ended that may have fields of its own (alert.lua)
  last = false, -- document of the last event, when this call has one to write; what is stored only settling reads
} }

-- Of a Proactive trigger, and of any that uses rules 17: rich.
function M.whole(key, kept, rich)
  return setmetatable({
    key = key, kept = kept, head = false, next = false, -- as above
    start = false, finish = false, -- false: no window is open; otherwise start, finish, count and due are numbers, times in ms
    count = false, -- events counted; -1 when the arming event will count itself
    due = false, -- the as_of at which it is settled: its end, or later when it was opened late
    alert = false, -- false: none
    extra = rich and extra.new(), -- what rules 17 keep of the key
    stored_last = kept, -- whether the document of a last event may be stored
    listed = false, -- ms: its place in the deadlines is not later than this
  }, WHOLE)
end

local ALERT = { __index = --[[alert]] {
  armed = false, -- the newest time of the arming events of the windows that fired, where it is behind the start
  last = false, ends = false, -- of a Reactive key: the newest event that kept it alive; when it ends if no other does
  remind_at = false, k = false, every = false, limit = false, -- the next reminder: when, its number, the distance, the last number or 0
  shadow = false, -- 1 where its firing came out in shadow: then its end does, too
  -- Its event, its firing's event and cause, and where a compound stores that firing, when this call has them to write.
  event = false, fired = false, cause = false, place = false,
} }

-- start: of the window that fired; missing: how many events it lacked; forgotten: when the alert is forgotten.
function M.alert(start, missing, forgotten)
  return setmetatable({ start = start, missing = missing, forgotten = forgotten }, ALERT)
end

-- When a Reactive window is forgotten: after its end, and without `within` after 30 days, but when a reset opened it and nothing came.
function M.kept_until(s, b)
  return b.due + ((s.within > 0 or b.extra and b.extra.idle == 1) and limits.KEEP_MS or limits.FORGET_MS)
end

-- When this record must be looked at next: the end of an absence's window, or the time it is forgotten. false: never.
function M.wakes(s, b)
  if not s.kind.whole then return b.start and b.due + (s.within > 0 and limits.KEEP_MS or limits.FORGET_MS) end
  local at, a = b.extra and (b.extra.wakes or extra.wakes(b.extra)) or math.huge, b.alert
  if a then at = math.min(at, a.ends or a.forgotten, a.remind_at or math.huge) end
  if b.hold then
    at = math.min(at, limits.HELD)
  elseif b.start and s.kind.proactive then
    at = math.min(at, b.finish, b.keep or math.huge)
  elseif b.start then
    at = math.min(at, M.kept_until(s, b))
  end
  return at < math.huge and at
end

return M
