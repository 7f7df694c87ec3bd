-- The document and the plan of an automation, put back where others removed them; and what a look at automations notes.
local related = include('related')

local M = {}

local FOUND = 100 -- keys that one call tells of

function M.begin(keys, prefixes)
  return --[[repair]] {
    keys = keys, prefixes = prefixes,
    found = {}, -- lists of key, grade, sentence
    gaps = {}, -- state names of triggers that have more windows than deadlines
  }
end

function M.find(r, key, grade, sentence)
  if #r.found < FOUND then r.found[#r.found + 1] = { key, grade, sentence } end
end

-- Removes a key of another type.
function M.typed(r, key, wanted, grade, sentence)
  local wrong = related.drop(key, wanted)
  if wrong then M.find(r, key, grade, wrong .. ': ' .. sentence) end
end

-- The current document stands in the hash of the revisions as well.
function M.document(r, p)
  local id = p.id
  local key = r.prefixes.automation .. id
  M.typed(r, key, 'hash', 'lost', 'firings on their way may find no definition; put the automation again')
  local current = redis.call('HGET', key, 'current')
  local text = current and redis.call('HGET', key, current)
  local stored = not current and p.readable and p.triggers[1] and redis.call('HGET', r.keys.automations, id)
  if stored then
    redis.call('HSET', key, p.revision, stored, 'current', p.revision, 'enabled', p.enabled and 1 or 0)
    M.find(r, key, 'lost', 'was deleted: the document of now is put back, firings of earlier ones find none')
  end
  if not text or redis.call('HGET', r.keys.automations, id) == text then return end
  redis.call('HSET', r.keys.automations, id, text)
  M.find(r, r.keys.automations, 'mended', 'had lost or changed the document of ' .. id .. ': it is put back')
end

-- p.readable: whether the plan that stands there can be read.
function M.plan(r, p)
  local field, stored = 'plan:' .. p.id, redis.call('HGET', r.keys.plans, p.id)
  if stored and p.readable then
    if redis.call('HGET', r.keys.copies, field) ~= stored then redis.call('HSET', r.keys.copies, field, stored) end
    return
  end
  local there = redis.call('HEXISTS', r.prefixes.automation .. p.id, 'current') == 1
  local copy = redis.call('HGET', r.keys.copies, field)
  if not there then
    if copy then redis.call('HDEL', r.keys.copies, field) end
  elseif copy and copy ~= stored then
    redis.call('HSET', r.keys.plans, p.id, copy)
    M.find(r, r.keys.plans, 'mended', 'had lost the places of ' .. p.id .. ': they are put back from a copy')
  else
    M.find(r, r.keys.plans, 'lost', 'has lost the places of ' .. p.id .. ': put this automation again')
  end
end

return M
