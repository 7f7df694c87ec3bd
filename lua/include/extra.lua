-- What rules 17 keep of a key beside its window and its alert, as a table and as the text that stands before the window's own:
--   ~quiet T U floor T U recovered T U cancelled T U idle 1 counted N numbered N values V list U L collected C, and a new line
-- U: until when it is remembered, in ms. Few triggers have any of this (src/match/plan.ts, isRich).
local M = {}

local TIMED = { 'quiet', 'floor', 'recovered', 'cancelled' } -- each with the time until which it is remembered
local IS_TIMED = { quiet = true, floor = true, recovered = true, cancelled = true }
local COUNTS = { idle = true, counted = true, numbered = true }

local format, gmatch = string.format, string.gmatch

function M.new()
  return --[[extra]] {
    quiet = false, quiet_until = false, -- after a firing nothing is counted before this time
    floor = false, floor_until = false, -- what happened before it is late
    recovered = false, recovered_until = false, -- the newest event that ends alerts
    cancelled = false, cancelled_until = false, -- the newest event that resets, of a trigger that arming events open
    idle = 0, -- 1 for a window that a reset opened, until something is counted
    counted = 0, numbered = 0, -- events counted into the window; the number of the newest document that was collected
    values = false, -- distinct values in the window: `+value+value+`, each written as in a key
    list = false, list_until = false, -- of a sliding window: its events by time, { time, number, bytes, value }
    collected = false, -- the documents of the window, oldest first: { number, bytes }
    documents = {}, gone = {}, -- to be written: number -> document, numbers
  }
end

local function read_list(text)
  local list = {}
  for time, number, bytes, value in gmatch(text, '(%-?%d+)/(%d+):(%d+)/([^+]*)') do
    list[#list + 1] = { time = time + 0, number = number + 0, bytes = bytes + 0, value = value }
  end
  return list
end

local function read_collected(text)
  local collected = {}
  for number, bytes in gmatch(text, '(%d+):(%d+)') do collected[#collected + 1] = { number = number + 0, bytes = bytes + 0 } end
  return collected
end

-- Answers the table, and the window's own text behind it.
function M.read(text)
  local x, stop = M.new(), text:find('\n', 1, true)
  local word = gmatch(text:sub(2, stop - 1), '[^ ]+')
  for name in word do
    if IS_TIMED[name] then
      x[name], x[name .. '_until'] = word() + 0, word() + 0
    elseif COUNTS[name] then
      x[name] = word() + 0
    elseif name == 'values' then
      x.values = word()
    elseif name == 'list' then
      x.list_until, x.list = word() + 0, read_list(word())
    elseif name == 'collected' then
      x.collected = read_collected(word())
    else
      error('no window', 0)
    end
  end
  return x, text:sub(stop + 1)
end

-- Whether there is nothing to keep; the documents belong to the window.
function M.is_empty(x)
  return not (x.quiet or x.floor or x.recovered or x.cancelled or x.list)
end

function M.text(x)
  local words = {}
  for _, name in ipairs(TIMED) do
    if x[name] then words[#words + 1] = format('%s %d %d', name, x[name], x[name .. '_until']) end
  end
  for name in pairs(COUNTS) do
    if x[name] > 0 then words[#words + 1] = format('%s %d', name, x[name]) end
  end
  if x.values then words[#words + 1] = 'values ' .. x.values end
  if x.list then
    local list = {}
    for i, one in ipairs(x.list) do list[i] = format('%d/%d:%d/%s', one.time, one.number, one.bytes, one.value) end
    words[#words + 1] = format('list %d %s', x.list_until, list[1] and table.concat(list, '+') or '-')
  end
  if x.collected then
    local collected = {}
    for i, one in ipairs(x.collected) do collected[i] = format('%d:%d', one.number, one.bytes) end
    words[#words + 1] = 'collected ' .. table.concat(collected, '+')
  end
  return words[1] and '~' .. table.concat(words, ' ') .. '\n' or ''
end

-- When the first of it is forgotten; math.huge: never.
function M.wakes(x)
  return math.min(x.quiet_until or math.huge, x.floor_until or math.huge, x.recovered_until or math.huge,
    x.cancelled_until or math.huge, x.list_until or math.huge)
end

function M.remember(x, name, time, until_ms)
  x[name], x[name .. '_until'] = time, until_ms
end

-- Forgets what is remembered until `at`.
function M.forget(x, at)
  for _, name in ipairs(TIMED) do
    if x[name] and x[name .. '_until'] <= at then x[name], x[name .. '_until'] = false, false end
  end
end

return M
