-- The text that stands for a window (record.lua) in the hash `windows` of its trigger:
--   [start,end) count due D keep K silent S armed T hold N alert START MISSING UNTIL renewed T last T ends T remind T number K every W limit K shadow 1
--   opener ID
-- Times in ms; what is plain is left out: `due` where it is the end, `armed` where it is the start, the others where there are none.
local engine = include('engine')
local extra = include('extra')
local record = include('record')

local M = {}

local OPEN, COMMA, CLOSE, TILDE = 91, 44, 41, 126 -- bytes
local TIMES = 'xc13xc13' -- of a text whose times have 13 digits, as from 2001 to 2286
local PLAIN = 40 -- a shorter text has nothing behind the count
local OF_ALERTS = {
  renewed = 'armed', last = 'last', ends = 'ends', remind = 'remind_at', number = 'k', every = 'every', limit = 'limit',
  shadow = 'shadow',
}
local WORDS = { due = true, keep = true, silent = true, armed = true, hold = true } -- before a single number

local byte, find, format, sub, unpacked = string.byte, string.find, string.format, string.sub, struct.unpack
local int = engine.int

-- The words behind the count; `b` has a field for each. Raises an error where one is unknown.
local function read_words(b, text, from)
  local stem
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
      local start, missing = sub(text, space + 1, stop - 1) + 0, sub(text, stop + 1, second - 1) + 0
      stop = find(text, ' ', second + 1, true)
      b.alert = record.alert(start, missing, sub(text, second + 1, (stop or 0) - 1) + 0)
    elseif OF_ALERTS[word] then
      b.alert[OF_ALERTS[word]] = sub(text, space + 1, (stop or 0) - 1) + 0
      if word == 'last' then stem = sub(text, 1, from - 1) else b.stem = word == 'ends' and not stop and stem end
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
  if byte(text, 1) == TILDE then
    b.extra, text = extra.read(text)
    if text == '' then return end
  end
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
    if not b.alert and not b.hold then error('no window', 0) end
    return
  end
  local space = find(text, ' ', close + 2, true)
  b.count, b.due = sub(text, close + 2, (space or 0) - 1) + 0, b.finish
  if space then read_words(b, text, space + 1) else b.head = sub(text, 1, close + 1) end
end

local function alert_words(a)
  local text = a.armed and format(' renewed %d', a.armed) or ''
  if a.last then text = text .. format(' last %d', a.last) end
  if a.ends then text = text .. format(' ends %d', a.ends) end
  if a.remind_at then text = text .. format(' remind %d number %d every %d limit %d', a.remind_at, a.k, a.every, a.limit) end
  if a.shadow then text = text .. ' shadow 1' end
  return text
end

local function words(b)
  local text = ''
  if b.start and b.keep then text = text .. format(' keep %d', b.keep) end
  if b.start and b.silent then text = text .. ' silent ' .. b.silent end
  if b.start and b.armed then text = text .. format(' armed %d', b.armed) end
  if b.hold then text = text .. format(' hold %d', b.hold) end
  if b.alert then text = text .. format(' alert %d %d %d', b.alert.start, b.alert.missing, b.alert.forgotten) end
  if b.alert then text = text .. alert_words(b.alert) end
  if b.start and b.opener then text = text .. ' opener ' .. b.opener end
  return text
end

function M.text(s, b)
  if b.head then
    local count = s.kind.summed and format('%.17g', b.count) or int(b.count)
    local text = b.head .. count
    return s.kind.rich and extra.text(b.extra) .. text or text
  end
  if s.kind.whole and b.stem then return extra.text(b.extra) .. b.stem .. format('last %d ends %d', b.alert.last, b.alert.ends) end
  local text = b.start and '[' .. int(b.start) .. ',' .. int(b.finish) .. ') ' .. (s.kind.summed and format('%.17g', b.count) or int(b.count)) or ''
  if b.start and b.due ~= b.finish then text = text .. format(' due %d', b.due) end
  if not s.kind.whole then return text end
  text = text .. words(b)
  text = b.start and text or sub(text, 2)
  return b.extra and extra.text(b.extra) .. text or text
end

return M
