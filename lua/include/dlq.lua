-- A dead letter has the same shape for every source, so that the same code shows, sends again or removes any of them.
local limits = include('limits')

local M = {}

-- What was thrown, as text.
function M.said(fault)
  return type(fault) == 'table' and fault.err or tostring(fault)
end

-- Whether Redis refused a right, as 7.0 and as later servers say it within a script.
function M.is_refusal(text)
  return text:find('^NOPERM') or text:find("^ERR The user executing the script can't ")
end

-- The command that writes a letter. keys.dead: the stream; id: '*' or an id of virtual time; source: events, firings or windows;
-- entry: where it stood; reason: a sentence; error: what was thrown, or nil; attempts: how often it was tried; fields: as they
-- were sent, a flat list; own: whether the engine wrote them. The fields are one JSON text: their names cannot collide with those of the letter, there may be any
-- number, and their bytes stay as they were.
function M.command(keys, id, source, entry, reason, error, attempts, fields, own)
  local kept = #fields > 0 and cjson.encode(fields) or '[]'
  local letter = { 'XADD', keys.dead, id, 'source', source, 'entry', entry, 'reason', reason,
    'error', (error or ''):sub(1, limits.ERROR_CHARACTERS), 'attempts', string.format('%d', attempts), 'fields', kept }
  if own then letter[#letter + 1], letter[#letter + 2] = 'own', '1' end
  return letter
end

-- A dead letter as a table, or nil.
function M.read(keys, id)
  local found = redis.call('XRANGE', keys.dead, id, id)[1]
  if not found then return nil end
  local letter = {}
  for i = 1, #found[2], 2 do letter[found[2][i]] = found[2][i + 1] end
  return letter
end

return M
