-- Streams of the engine beside the log. One whose last id others set to the largest there is takes no more entries; behind any id that is
-- no time nothing is found by its time any more, or trimmed.
local damage = include('damage')
local limits = include('limits')
local stream = include('stream')

local M = {}

local NAMES = { 'firings', 'dead', 'history' }
local LAST_BUT_ONE = '18446744073709551615-18446744073709551614'
local MOST = 1000 -- entries that are removed by a look

-- Raises an error, before anything is written, where a stream takes no more entries.
function M.check(key)
  if redis.call('XRANGE', key, '(' .. LAST_BUT_ONE, '+', 'COUNT', 1)[1] then
    damage.fail(key, 'takes no more entries: others gave one the largest id')
  end
end

-- Removes entries whose ids are no times, and goes on behind the others. The firings among them come again: their jobs are known by ids.
local function shorten(name, key, info)
  local again = {}
  local latest = string.format('%d', limits.LATEST_ID_MS)
  for _, entry in ipairs(redis.call('XRANGE', key, latest, '+', 'COUNT', MOST)) do
    redis.call('XDEL', key, entry[1])
    if name == 'firings' and entry[2][1] == 'firing' then again[#again + 1] = entry[2] end
  end
  local left = redis.call('XREVRANGE', key, '+', '-', 'COUNT', 1)[1]
  local last = left and left[1] or '0-1'
  redis.call('XSETID', key, last, 'ENTRIESADDED', info['entries-added'], 'MAXDELETEDID', '0-1')
  for _, group in ipairs(stream.groups(key)) do
    if stream.after(group['last-delivered-id'], last) then redis.call('XGROUP', 'SETID', key, group.name, last) end
  end
  for _, fields in ipairs(again) do redis.call('XADD', key, '*', unpack(fields)) end
end

-- c: the look (mend.lua).
function M.look(c)
  for _, name in ipairs(NAMES) do
    local key = c.keys[name]
    local info = stream.info(key)
    if tonumber(info['last-generated-id']:match('^%d+')) > limits.LATEST_ID_MS then
      shorten(name, key, info)
      damage.note(c.keys, c.now, key, 'mended', 'had ids that are no times: what had them is removed, and it goes on')
    end
  end
end

return M
