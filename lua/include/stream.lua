-- What Redis says of streams and their groups.
local M = {}

local LARGEST = '18446744073709551615-18446744073709551615'

-- Whether entry id a comes after b. Sequence numbers can exceed what a Lua number holds.
function M.after(a, b)
  local ams, aseq = a:match('^(%d+)-(%d+)$')
  local bms, bseq = b:match('^(%d+)-(%d+)$')
  if ams ~= bms then return tonumber(ams) > tonumber(bms) end
  if #aseq ~= #bseq then return #aseq > #bseq end
  for i = 1, #aseq do
    if aseq:byte(i) ~= bseq:byte(i) then return aseq:byte(i) > bseq:byte(i) end
  end
  return false
end

-- The first entries behind an id. Redis refuses a range that would begin behind the largest id there is.
function M.behind(key, id, count)
  if id == LARGEST then return {} end
  return redis.call('XRANGE', key, '(' .. id, '+', 'COUNT', count)
end

-- name, value, name, value … as a table.
function M.named(flat)
  local named = {}
  for i = 1, #flat, 2 do named[flat[i]] = flat[i + 1] end
  return named
end

-- The stream must be there.
function M.groups(key)
  local groups = {}
  for i, flat in ipairs(redis.call('XINFO', 'GROUPS', key)) do groups[i] = M.named(flat) end
  return groups
end

function M.group(key, name)
  for _, group in ipairs(M.groups(key)) do
    if group.name == name then return group end
  end
end

-- The last entry of the log that a worker read, and whether there are none behind it; nil without a group.
function M.given(key)
  local group = redis.call('EXISTS', key) == 1 and M.group(key, 'engine')
  if group then return group['last-delivered-id'], group.lag == 0 end
end

-- Also of a stream that is not there.
function M.info(key)
  if redis.call('EXISTS', key) == 1 then return M.named(redis.call('XINFO', 'STREAM', key)) end
  return {
    length = 0, ['entries-added'] = 0, ['last-generated-id'] = '0-0', ['recorded-first-entry-id'] = '0-0',
    ['max-deleted-entry-id'] = '0-0',
  }
end

return M
