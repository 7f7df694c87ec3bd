-- A window (rules 6) as a table, with the alert of its key. Its text: notation.lua.
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

function M.proactive(key, kept)
  return --[[proactive window]] {
    key = key, kept = kept, head = false, next = false, -- as above
    start = false, finish = false, -- false: no window is open; otherwise start, finish, count and due are numbers, times in ms
    count = false, -- events counted; -1 when the arming event will count itself
    due = false, -- the as_of at which it is settled: its end, or later when it was opened late
    opener = false, -- id of the event that opened it, where one did
    keep = false, -- when a silent key of a standing window is forgotten
    silent = false, -- of a standing window: 1 after a firing until something is counted, else 0
    armed = false, -- the newest time of its arming events, where that is not the start
    hold = false, -- how many parked events may yet be expected here: until they come back nothing is settled
    alert = false, -- false: none
    over = false, -- whether an alert ended of which more than this may be stored (window.lua)
    last = false, -- document of the last event, when this call has one to write; what is stored only settling reads
    stored_last = kept, -- whether one may be stored
    listed = false, -- ms: its place in the deadlines is not later than this
  }
end

-- start: of the window that fired; missing: how many events it lacked; forgotten: when the alert is forgotten.
function M.alert(start, missing, forgotten)
  return --[[alert]] {
    start = start, missing = missing, forgotten = forgotten,
    armed = false, -- the newest time of the arming events of the windows that fired, where it is behind the start
    event = false, place = false, -- its firing's event, and where a compound stores that firing, when this call has them to write
  }
end

-- When this record must be looked at next: the end of an absence's window, or the time it is forgotten. false: never.
function M.wakes(s, b)
  if not s.kind.proactive then return b.start and b.due + (s.within > 0 and limits.KEEP_MS or limits.FORGET_MS) end
  local at = b.alert and b.alert.forgotten or math.huge
  if b.hold then
    at = math.min(at, limits.HELD)
  elseif b.start then
    at = math.min(at, b.finish, b.keep or math.huge)
  end
  return at < math.huge and at
end

return M
