-- A window (rules 6) as a table, and as the text that stands for it in the hash `windows` of its trigger:
--   [start,end) count due D keep K silent S alert START MISSING UNTIL opener ID
-- Times in ms; what is plain is left out: `due` where it is the end, the others where there are none.
local limits = include('limits')

local M = {}

local OPEN, COMMA, CLOSE = 91, 44, 41 -- bytes
local TIMES = 'xc13xc13' -- of a text whose times have 13 digits, as from 2001 to 2286
local PLAIN = 40 -- a shorter text has nothing behind the count
local WORDS = { due = true, keep = true, silent = true } -- before a single number

local byte, find, format, sub, unpacked = string.byte, string.find, string.format, string.sub, struct.unpack
local small = {} -- numbers as text: a number takes Lua long to write, and most counts of a chunk are the same

local function text_of(count)
  small[count] = small[count] or format('%d', count)
  return small[count]
end

-- The words behind the count; `b` has a field for each. Raises an error where one is unknown.
local function read_words(b, text, from)
  while from do
    local space = find(text, ' ', from, true)
    local word = sub(text, from, (space or 0) - 1)
    if word == 'opener' then
      b.opener = sub(text, space + 1)
      return
    end
    local stop = find(text, ' ', space + 1, true)
    if word == 'alert' then
      local second = find(text, ' ', stop + 1, true)
      b.alert_start, b.alert_missing = sub(text, space + 1, stop - 1) + 0, sub(text, stop + 1, second - 1) + 0
      stop = find(text, ' ', second + 1, true)
      b.alert_until = sub(text, second + 1, (stop or 0) - 1) + 0
    elseif WORDS[word] then
      b[word] = sub(text, space + 1, (stop or 0) - 1) + 0
    else
      error('no window', 0)
    end
    from = stop and stop + 1
  end
end

-- Reads a text into a record; raises an error where it is none.
function M.read(b, text)
  local close = 29
  if #text > close and byte(text, 15) == COMMA and byte(text, close) == CLOSE then
    local start, finish = unpacked(TIMES, text)
    b.start, b.finish = start + 0, finish + 0
    if #text < PLAIN then
      b.count, b.due, b.head = sub(text, close + 2) + 0, b.finish, sub(text, 1, close + 1)
      return
    end
  elseif byte(text, 1) == OPEN then
    local comma = find(text, ',', 2, true)
    close = find(text, ') ', comma, true)
    b.start, b.finish = sub(text, 2, comma - 1) + 0, sub(text, comma + 1, close - 1) + 0
  else
    read_words(b, text, 1)
    return b.alert_until + 0
  end
  local space = find(text, ' ', close + 2, true)
  b.count, b.due = sub(text, close + 2, (space or 0) - 1) + 0, b.finish
  if space then read_words(b, text, space + 1) else b.head = sub(text, 1, close + 1) end
end

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
    alert_start = false, -- false: no alert; otherwise all three are numbers: the start of the window that fired
    alert_missing = false, -- how many events it lacked
    alert_until = false, -- when the alert is forgotten
    last = false, -- document of the last event, when this call has one to write; what is stored only settling reads
    stored_last = kept, -- whether one may be stored
    listed = false, -- ms: its place in the deadlines is not later than this
  }
end

-- When this record must be looked at next: the end of an absence's window, or the time it is forgotten. false: never.
function M.wakes(s, b)
  if not s.kind.proactive then return b.start and b.due + limits.KEEP_MS end
  local at = math.min(b.start and b.finish or math.huge, b.keep or math.huge, b.alert_until or math.huge)
  return at < math.huge and at
end

local function words(b)
  local text = ''
  if b.start and b.keep then text = text .. format(' keep %d', b.keep) end
  if b.start and b.silent then text = text .. ' silent ' .. b.silent end
  if b.alert_until then text = text .. format(' alert %d %d %d', b.alert_start, b.alert_missing, b.alert_until) end
  if b.start and b.opener then text = text .. ' opener ' .. b.opener end
  return text
end

function M.text(s, b)
  if b.head then return b.head .. text_of(b.count) end
  local text = b.start and format('[%d,%d) %d', b.start, b.finish, b.count) or ''
  if b.start and b.due ~= b.finish then text = text .. format(' due %d', b.due) end
  if s.kind.proactive then text = text .. words(b) end
  return b.start and text or sub(text, 2)
end

return M
