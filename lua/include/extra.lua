-- What rules 17 keep of a key beside its window and its alert, as a table and as the text that stands before the window's own:
--   ~quiet T U floor T U recovered T U cancelled T U idle 1 counted N numbered N values V list U L times U L collected C, and a new line
-- U: until when it is remembered, in ms. Few triggers have any of this (src/match/plan.ts, isRich).
local list = include('list')

local M = {}

local TIMED = { 'quiet', 'floor', 'recovered', 'cancelled' } -- each with the time until which it is remembered
local SPACE = 32 -- its byte; with one there, a time has 13 digits
local IS_TIMED = { quiet = true, floor = true, recovered = true, cancelled = true }
local COUNTS = { idle = true, counted = true, numbered = true }

local next = next
local byte, find, format, gmatch, sub = string.byte, string.find, string.format, string.gmatch, string.sub

-- What a key has none of. Most keys have little of it, and Lua pays for each field of a table that is made.
local NONE = { __index = --[[extra]] {
  quiet = false, quiet_until = false, -- after a firing nothing is counted before this time
  floor = false, floor_until = false, -- what happened before it is late
  recovered = false, recovered_until = false, -- the newest event that ends alerts
  cancelled = false, cancelled_until = false, -- the newest event that resets, of a trigger that arming events open
  idle = 0, -- 1 for a window that a reset opened, until something is counted
  counted = 0, numbered = 0, -- events counted into the window; the number of the newest document that was collected
  values = false, -- distinct values in the window: `+value+value+`, each written as in a key
  list = false, times = false, list_until = false, -- of a sliding window: its events by time, or the text of their times (list.lua)
  collected = false, -- the documents of the window, oldest first: { number, bytes }
  documents = false, gone = false, -- to be written: number -> document, numbers
  wakes = math.huge, -- when the first of it is forgotten; false: to be worked out again
} }

function M.new()
  return setmetatable({}, NONE)
end

-- Answers the table, and the window's own text behind it.
function M.read(text)
  local stop = find(text, '\n', 1, true)
  local rest = sub(text, stop + 1)
  if sub(text, 1, 7) == '~times ' and byte(text, 21) == SPACE then -- all that most sliding windows have: nothing stands behind times
    return setmetatable({ times = sub(text, 22, stop - 1), list_until = sub(text, 8, 20) + 0, wakes = false }, NONE), rest
  end
  local x = M.new()
  local word = gmatch(sub(text, 2, stop - 1), '[^ ]+')
  for name in word do
    if IS_TIMED[name] then
      M.remember(x, name, word() + 0, word() + 0)
    elseif COUNTS[name] then
      x[name] = word() + 0
    elseif name == 'values' then
      x.values = word()
    elseif name == 'list' then
      x.list_until, x.wakes = word() + 0, false
      x.list = list.read(word())
    elseif name == 'times' then
      x.list_until, x.wakes, x.times = word() + 0, false, word()
    elseif name == 'collected' then
      x.collected = list.read_collected(word())
    else
      error('no window', 0)
    end
  end
  return x, rest
end

-- Whether there is nothing to keep; the documents belong to the window.
function M.is_empty(x)
  return not (next(x) and (x.list_until or x.quiet or x.floor or x.recovered or x.cancelled))
end

local function timed(x, name)
  return x[name] and format('%s %d %d ', name, x[name], x[name .. '_until']) or ''
end

local function counted(x, name)
  return x[name] > 0 and format('%s %d ', name, x[name]) or ''
end

function M.text(x)
  if not next(x) then return '' end
  local text = ''
  if x.wakes ~= math.huge then
    text = timed(x, 'quiet') .. timed(x, 'floor') .. timed(x, 'recovered') .. timed(x, 'cancelled')
    if x.list_until then text = text .. list.text(x) end
  end
  if x.counted + x.numbered + x.idle > 0 then text = text .. counted(x, 'idle') .. counted(x, 'counted') .. counted(x, 'numbered') end
  if x.values then text = text .. 'values ' .. x.values .. ' ' end
  if x.collected then text = text .. list.collected_text(x) end
  return text ~= '' and '~' .. sub(text, 1, -2) .. '\n' or ''
end

-- When the first of it is forgotten; math.huge: never.
function M.wakes(x)
  if not x.wakes then
    x.wakes = math.min(x.quiet_until or math.huge, x.floor_until or math.huge, x.recovered_until or math.huge,
      x.cancelled_until or math.huge, x.list_until or math.huge)
  end
  return x.wakes
end

function M.remember(x, name, time, until_ms)
  x[name], x[name .. '_until'], x.wakes = time, until_ms, false
end

-- Forgets what is remembered until `at`.
function M.forget(x, at)
  for _, name in ipairs(TIMED) do
    if x[name] and x[name .. '_until'] <= at then M.remember(x, name, false, false) end
  end
end

return M
