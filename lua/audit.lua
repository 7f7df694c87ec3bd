-- Looks whether the log is still the one that is being applied, mends what would have entries skipped, and says each thing once.
--
-- KEYS events    stream  the log
-- KEYS position  string  id of the last applied entry
-- KEYS clock     hash    newest event time and its arrival, in ms, and a copy of the position
-- KEYS counters  hash    what became of entries; `lost` of those that were gone before they were applied
-- KEYS audit     hash    what became of the log itself: what the last look found
-- KEYS seen      string  generations of remembered ids, as JSON
-- KEYS damage    hash    what others did to keys
-- ARGV group     consumer group of the log
-- RETURNS word, position, finding, detail, finding, detail …
-- WORDS audited
-- RIGHTS first
local book = include('book')
local damage = include('damage')
local position = include('position')
local stream = include('stream')
local time = include('time')

local at, answer = position.of(keys), { 'audited', '' }
local info = stream.info(keys.events)
local known = book.known(keys, function(name)
  damage.note(keys, time.now(), keys.audit, 'mended', 'held rubbish in ' .. name .. ': the book of the log begins anew')
end)
local exists, added = redis.call('EXISTS', keys.events) == 1, info['entries-added']

local function find(what, detail, key, grade, sentence)
  answer[#answer + 1], answer[#answer + 2] = what, detail
  damage.note(keys, time.now(), key, grade, sentence)
end

-- 1. The position.
if known.restored then
  find('position-lost', known.restored, keys.position, 'mended', 'was deleted or held rubbish: it is put back from its copy')
  known.anchor = nil
end

-- 2. The log. A stream counts everything that was ever added to it: when that is less than before, or less than what became of its
-- entries, it is another one.
local replaced = added < (known.added or 0) or known.anchor and added - book.processed(keys) < known.anchor
if replaced then
  if not known.gone then find('log-replaced', info['last-generated-id'], keys.events, 'lost', 'was deleted or replaced: what waited in it is lost') end
  known.anchor = nil
end
if exists and stream.after(at, info['last-generated-id']) then
  if info.length == 0 then
    redis.call('XSETID', keys.events, at) -- new entries will come behind the position
  elseif replaced then
    at = '0-0' -- entries of the new log below the position would pass for applied
    redis.pcall('XGROUP', 'SETID', keys.events, args.group, at)
  else
    find('position-ahead', at, keys.position, 'mended', 'was ahead of the log: it is put back to what the remembered ids say')
    redis.call('DEL', keys.position)
    redis.call('HDEL', keys.clock, 'position')
    at, known.anchor = position.of(keys), nil
  end
  position.set(keys, at)
end

-- 3. Entries that were removed before they were applied.
local lost, unsure = book.balance(keys, known, info, at)
if lost > 0 then
  local before = (redis.call('HGET', keys.damage, keys.events) or ''):match('^%d+ lost (%d+) entr') or 0
  local sentence = string.format('%d entries were removed from the log by others before they were applied', before + lost)
  find('entries-lost', string.format('%d', lost), keys.events, 'lost', sentence)
end
local deleted = info['max-deleted-entry-id']
if unsure and stream.after(deleted, at) and deleted ~= known.deleted then
  find('deleted-ahead', deleted, keys.events, 'lost', deleted .. ' was removed from the log by others before it was applied')
end

redis.call('HDEL', keys.audit, 'restored', 'anchor', 'gone')
redis.call('HSET', keys.audit, 'processed', known.processed, 'deleted', deleted)
if known.anchor then redis.call('HSET', keys.audit, 'anchor', string.format('%d', known.anchor)) end
if exists then redis.call('HSET', keys.audit, 'added', added) elseif replaced then redis.call('HSET', keys.audit, 'gone', 1) end
answer[2] = at
return answer
