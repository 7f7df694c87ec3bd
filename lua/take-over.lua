-- Called before a worker takes over entries that another one read: says how many to take at once, and notes who is at them.
-- A worker that succeeds removes its note; the note of a dead worker says among which entries it died.
--
-- KEYS events    stream  the log
-- KEYS position  string  id of the last applied entry
-- KEYS clock     hash    newest event time and its arrival, in ms, and a copy of the position
-- KEYS seen      string  generations of remembered ids, as JSON
-- KEYS audit     hash    what became of the log itself
-- KEYS attempts  hash    with a TTL: a note of each worker at it: first and last entry, how many, how many died at it alone before
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- ARGV worker    who asks
-- ARGV count     how many entries to take where no worker died
-- ARGV silent_ms a worker whose sign of life ends sooner than this has missed some and counts as dead
-- ARGV deaths    how many workers must have died at one entry alone
-- ARGV keep_ms   how long notes are kept
-- RETURNS word, id of the first entry that waits or '', how many to take, how many workers died at it alone
-- WORDS idle take poison
-- RIGHTS first
local limits = include('limits')
local position = include('position')
local stream = include('stream')

local prefixes, at = cjson.decode(args.prefixes), position.of(keys)
local head = stream.behind(keys.events, at, 1)[1]
if not head then return { 'idle', '', '0', '0' } end
local first, count, deaths = head[1], tonumber(args.count), 0

-- Workers that lose Redis all at the same time are one death: each has noted how many there had been before it began.
local function heed(field, note, left_ms)
  local from, last, size, before = note:match('^(%d+%-%d+) (%d+%-%d+) (%d+) (%d+)$')
  if not from or stream.after(first, last) then return redis.call('HDEL', keys.attempts, field) end
  if from ~= first and left_ms >= tonumber(args.silent_ms) then return end
  count = math.min(count, math.max(1, math.floor(size / limits.NARROWER)))
  if size == '1' and left_ms < 0 then deaths = math.max(deaths, before + 1) end
end

for field, note in pairs(stream.named(redis.call('HGETALL', keys.attempts))) do
  local worker = field:match('^worker:(.*)$')
  if worker and worker ~= args.worker then heed(field, note, redis.call('PTTL', prefixes.worker .. worker)) end
end

local page = redis.call('XRANGE', keys.events, first, '+', 'COUNT', count)
local last = page[#page][1]
redis.call('HSET', keys.attempts, 'worker:' .. args.worker, table.concat({ first, last, count, deaths }, ' '))
redis.call('PEXPIRE', keys.attempts, args.keep_ms)
return { deaths >= tonumber(args.deaths) and 'poison' or 'take', first, string.format('%d', count), string.format('%d', deaths) }
