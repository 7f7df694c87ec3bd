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

function M.bytes(fields)
  local bytes = 0
  for _, text in ipairs(fields) do bytes = bytes + #text end
  return bytes
end

-- What a letter keeps of the fields of an entry. They are one text: their names cannot collide with those of the letter, and there may
-- be any number. JSON is what people read; it would take long, and six times the bytes, where there are many that are no text. More than
-- any event may have is not kept.
local function kept(letter, fields, any)
  local bytes = M.bytes(fields)
  local function put(name, value) letter[#letter + 1], letter[#letter + 2] = name, value end
  local small = bytes <= limits.LETTER_JSON_BYTES
  put('fields', small and fields[1] and cjson.encode(fields) or '[]')
  if small then return end
  local raw = table.concat(fields)
  if any or bytes <= limits.ENTRY_BYTES then
    local sizes = {}
    for i, text in ipairs(fields) do sizes[i] = #text end
    put('sizes', table.concat(sizes, ' '))
    return put('raw', raw)
  end
  put('bytes', string.format('%d', bytes))
  put('sha1', redis.sha1hex(raw))
  put('beginning', raw:sub(1, limits.BEGINNING_BYTES))
end

-- The command that writes a letter. keys.dead: the stream; id: '*' or an id of virtual time; source: events, firings or windows;
-- entry: where it stood; reason: a sentence; error: what was thrown, or nil; attempts: how often it was tried; fields: as they
-- were sent, a flat list; own: whether the engine wrote them.
function M.command(keys, id, source, entry, reason, error, attempts, fields, own)
  local letter = { 'XADD', keys.dead, id, 'source', source, 'entry', entry, 'reason', reason,
    'error', (error or ''):sub(1, limits.ERROR_CHARACTERS), 'attempts', string.format('%d', attempts) }
  kept(letter, fields, own or source ~= 'events')
  if own then letter[#letter + 1], letter[#letter + 2] = 'own', '1' end
  return letter
end

-- The fields that a letter keeps; none where it keeps no list of texts.
function M.fields(letter)
  if not letter.raw then
    local ok, fields = pcall(cjson.decode, letter.fields or '')
    return ok and type(fields) == 'table' and fields or {}
  end
  local fields, from = {}, 1
  for size in (letter.sizes or ''):gmatch('%d+') do
    fields[#fields + 1] = letter.raw:sub(from, from + size - 1)
    from = from + size
  end
  return fields
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
