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

-- When this state must be looked at next: the end of an absence's window, or the time it is forgotten. nil: never.
local function wakes(b, proactive)
  local at = math.huge
  if b.start and proactive then at = b['end'] end
  at = math.min(at, b.keep or math.huge, b.alert_until or math.huge)
  if at < math.huge then return at end
end
M.wakes = wakes

-- last_event is left out: it can be large and only settling needs it (M.last_event).
function M.read(e, trigger, key)
  local b = { name = M.name(e, trigger, key), trigger = trigger, key = key }
  local values = redis.call('HMGET', b.name, unpack(FIELDS))
  for i, field in ipairs(FIELDS) do
    local value = values[i]
    if value and not TEXTS[field] then value = tonumber(value) end
    b[field] = value or nil
  end
  b.was_open, b.had_alert = b.start ~= nil, b.alert_until ~= nil
  b.was_due = wakes(b, trigger.posture == 'Proactive')
  return b
end

function M.last_event(b)
  return redis.call('HGET', b.name, 'last') or nil
end

-- opener: id of the event that opens it, nil for a standing window without key or one that goes on.
function M.open(e, b, start, count, as_of, opener)
  b.start, b['end'], b.count = start, start + b.trigger.within, count
  b.due = math.max(b['end'], as_of)
  b.opened, b.opener = e.entry or e.position, opener or b.opener
end

function M.close(b)
  for _, field in ipairs(WINDOW) do b[field] = nil end
  b.last = nil
end

-- Writes what a rule left of it, in one or two commands, and its place in the index.
function M.save(e, b)
  local set, gone = {}, {}
  for _, field in ipairs(FIELDS) do
    if b[field] ~= nil then
      set[#set + 1] = field
      set[#set + 1] = b[field]
    end
  end
  if #set == 0 then
    redis.call('DEL', b.name)
    return due.correct(e, b.trigger.name, b.key, nil)
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
