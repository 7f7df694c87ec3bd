-- The events of a sliding window (rules 17.3), in order of time: a table, or the text of their times. The text stands as long as all times
-- have 13 digits, as from 2001 to 2286, and nothing else is kept of an event: then most events only add to its end.
local M = {}

local NONE = '-' -- the text of no times
local WIDTH = 13
local LEAST, MOST = 1e12, 1e13

local concat, find, format, gmatch, match, sub = table.concat, string.find, string.format, string.gmatch, string.match, string.sub

local ITEM = { __index = --[[event of a sliding window]] {
  number = 0, bytes = 0, -- of its document, where documents are collected
  value = '', -- of `distinct`
  text = false, -- as it is kept: TIME, or TIME/NUMBER:BYTES/VALUE
} }

function M.item(time)
  return setmetatable({ time = time }, ITEM)
end

function M.read(text)
  local list = {}
  if text == NONE then return list end
  for one in gmatch(text, '[^+]+') do
    local time, number, bytes, value = one, nil, nil, nil
    if find(one, '/', 1, true) then time, number, bytes, value = match(one, '^(%-?%d+)/(%d+):(%d+)/(.*)$') end
    local item = setmetatable({ time = time + 0, text = one }, ITEM)
    if number then item.number, item.bytes, item.value = number + 0, bytes + 0, value end
    list[#list + 1] = item
  end
  return list
end

-- The events of a key as a table; false: there is no window.
function M.of(x)
  if x.times then x.list, x.times = M.read(x.times), false end
  return x.list
end

local function text_of(one)
  if one.number > 0 or one.value ~= '' then return format('%d/%d:%d/%s', one.time, one.number, one.bytes, one.value) end
  return format('%d', one.time)
end

function M.text(x)
  local words = ' ' .. format('%d', x.list_until) .. ' '
  if x.times then return 'times' .. words .. x.times .. ' ' end
  local texts = {}
  for i, one in ipairs(x.list) do texts[i] = one.text or text_of(one) end
  return 'list' .. words .. (texts[1] and concat(texts, '+') or NONE) .. ' '
end

-- The documents of a window that are collected, oldest first: { number, bytes }.
function M.read_collected(text)
  local collected = {}
  for number, bytes in gmatch(text, '(%d+):(%d+)') do collected[#collected + 1] = { number = number + 0, bytes = bytes + 0 } end
  return collected
end

function M.collected_text(x)
  local texts = {}
  for i, one in ipairs(x.collected) do texts[i] = format('%d:%d', one.number, one.bytes) end
  return 'collected ' .. concat(texts, '+') .. ' '
end

-- Lets go of all events; the window stays.
function M.clear(x)
  x.list, x.times = false, NONE
end

-- Adds a time behind all others to the text, and lets go of what lies more than `within` before it. Answers how many there are; nil: the
-- table has to be read.
function M.append(x, time, within)
  if not x.list_until then x.times = NONE end
  local times, from = x.times, 1
  if not times or time < LEAST or time >= MOST then return nil end
  local text = format('%d', time)
  if times == NONE then
    x.times = text
    return 1
  end
  if sub(times, -WIDTH) > text then return nil end
  local over = time - within
  over = over >= LEAST and format('%d', over) or ''
  while from < #times and sub(times, from, from + WIDTH - 1) <= over do from = from + WIDTH + 1 end
  x.times = from > #times and text or (from == 1 and times or sub(times, from)) .. '+' .. text
  return (#x.times + 1) / (WIDTH + 1)
end

return M
