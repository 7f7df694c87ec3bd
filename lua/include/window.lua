-- One hash for each trigger and key: the open window (rules 6) and the alert.
local due = include('due')

local M = {}

local WINDOW = { 'start', 'end', 'count', 'due', 'opened', 'opener', 'keep', 'silent' }
local ALERT = { 'alert_start', 'alert_missing', 'alert_until' }
local TEXTS = { opened = true, opener = true }
local FIELDS = { unpack(WINDOW) }
for _, field in ipairs(ALERT) do FIELDS[#FIELDS + 1] = field end

function M.name(e, trigger, key)
  return e.prefixes.window .. trigger.name .. ':' .. key
end

-- When this state must be looked at next: the end of an absence's window, or the time it is forgotten. false: never.
local function wakes(b, proactive)
  local at = math.huge
  if b.start and proactive then at = b['end'] end
  at = math.min(at, b.keep or math.huge, b.alert_until or math.huge)
  return at < math.huge and at
end
M.wakes = wakes

-- The record of a trigger and key; times in ms. What the hash does not have is false.
function M.read(e, trigger, key)
  local b = --[[window]] {
    name = M.name(e, trigger, key), trigger = trigger, key = key,
    start = false, -- false: no window is open; otherwise start, end, count and due are numbers
    ['end'] = false,
    count = false, -- events counted; -1 when the arming event will count itself
    due = false, -- the as_of at which it is settled: its end, or later when it was opened late
    opened = false, -- id of the entry that was being applied when it was opened
    opener = false, -- id of the event that opened it, where one did
    keep = false, -- when it is forgotten
    silent = false, -- of a standing window: 1 after a firing until something is counted, else 0
    alert_start = false, -- false: no alert; otherwise all three are numbers: the start of the window that fired
    alert_missing = false, -- how many events it lacked
    alert_until = false, -- when the alert is forgotten
    last = false, -- document of the last event, when this call has one to write; what is stored only settling reads
    was_open = false, had_alert = false, was_due = false, -- what was read: window, alert, and what wakes() said of it
  }
  local values = redis.call('HMGET', b.name, unpack(FIELDS))
  for i, field in ipairs(FIELDS) do
    local value = values[i]
    if value and not TEXTS[field] then value = tonumber(value) end
    b[field] = value or false
  end
  b.was_open, b.had_alert = b.start ~= false, b.alert_until ~= false
  b.was_due = wakes(b, trigger.posture == 'Proactive')
  return b
end

-- The document of the stored last event; false: there is none.
function M.last_event(b)
  return redis.call('HGET', b.name, 'last')
end

-- opener: id of the event that opens it, false for a standing window without key or one that goes on.
function M.open(e, b, start, count, as_of, opener)
  b.start, b['end'], b.count = start, start + b.trigger.within, count
  b.due = math.max(b['end'], as_of)
  b.opened, b.opener = e.entry or e.position, opener or b.opener
end

function M.close(b)
  for _, field in ipairs(WINDOW) do b[field] = false end
  b.last = false
end

-- Writes what a rule left of it, in one or two commands, and its place in the index.
function M.save(e, b)
  local set, gone = {}, {}
  for _, field in ipairs(FIELDS) do
    if b[field] then
      set[#set + 1] = field
      set[#set + 1] = b[field]
    end
  end
  if #set == 0 then
    redis.call('DEL', b.name)
    return due.correct(e, b.trigger.name, b.key, false)
  end
  if b.last then set[#set + 1], set[#set + 2] = 'last', b.last end
  redis.call('HSET', b.name, unpack(set))
  if b.was_open and not b.start then gone = { 'last', unpack(WINDOW) } end
  if b.had_alert and not b.alert_until then for _, field in ipairs(ALERT) do gone[#gone + 1] = field end end
  if #gone > 0 then redis.call('HDEL', b.name, unpack(gone)) end
  local at = wakes(b, b.trigger.posture == 'Proactive')
  if at and (not b.was_due or at < b.was_due) then due.schedule(e, b.trigger.name, b.key, at) end
end

return M
