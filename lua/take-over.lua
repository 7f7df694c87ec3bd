-- Before entries are taken over from whoever read them: says how careful to be with the first of them, and notes who is at it.
-- A worker that comes through takes its note back; the note of one that is dead says that it died there.
--
-- KEYS events    stream  the log
-- KEYS position  string  id of the last applied entry
-- KEYS seen      string  generations of remembered ids, as JSON
-- KEYS audit     hash    what became of the log itself
-- KEYS attempts  hash    with a TTL: entry, until, and a note of each worker at it
-- ARGV prefixes  JSON    of src/redis/keys.ts
-- ARGV group     consumer group of the log
-- ARGV worker    who asks
-- ARGV deaths    so many workers that died at one entry alone are enough
-- ARGV keep_ms   how long notes are kept
-- RETURNS word, id of the first entry that waits or '', how many workers died at it alone
-- WORDS idle whole alone poison
local position = include('position')
local stream = include('stream')

local prefixes, at = cjson.decode(args.prefixes), position.of(keys)
local first = redis.call('XRANGE', keys.events, '(' .. at, '+', 'COUNT', 1)[1]
if not first then return { 'idle', '', '0' } end

local notes = stream.named(redis.call('HGETALL', keys.attempts))

-- What was under way when a worker left no word: all that the group has given out, or all there is.
local function horizon()
  local group = stream.group(keys.events, args.group)
  if group and stream.after(group['last-delivered-id'], at) then return group['last-delivered-id'] end
  return stream.info(keys.events)['last-generated-id']
end

-- A note is 'whole', or how many had died here before its worker began with this entry alone: dead ones in a row count, and
-- workers that lose Redis all at the same time are one.
local deaths, others = 0, false
for field, note in pairs(notes) do
  local worker = field:match('^worker:(.*)$')
  if worker and worker ~= args.worker then
    others = true
    if note == 'whole' and not notes['until'] then notes['until'] = horizon() end
    if note ~= 'whole' and notes.entry == first[1] and redis.call('EXISTS', prefixes.worker .. worker) == 0 then
      deaths = math.max(deaths, note + 1)
    end
  end
end

local careful = notes['until'] and stream.after(first[1], notes['until']) == false
if notes.entry ~= first[1] then
  redis.call('DEL', keys.attempts)
  others = false
end
local word = (careful or others) and 'alone' or 'whole'
redis.call('HSET', keys.attempts, 'entry', first[1], 'worker:' .. args.worker, word == 'whole' and word or deaths)
if careful then redis.call('HSET', keys.attempts, 'until', notes['until']) end
redis.call('PEXPIRE', keys.attempts, args.keep_ms)
return { deaths >= tonumber(args.deaths) and 'poison' or word, first[1], tostring(deaths) }
