-- Takes an entry that is too large to be read out of the log, and leaves a dead letter in its place. The client that reads it measures
-- it, and calls this twice: when it begins, so that nobody reads it a second time, and when all of it has come, for its digest. An entry
-- that the engine wrote stays: it may be larger than others.
--
-- KEYS events    stream  the log
-- KEYS position  string  id of the last applied entry
-- KEYS dead      stream  dead letters
-- KEYS counters  hash    what became of entries
-- KEYS audit     hash    what became of the log itself
-- KEYS own       zset    ids of entries that the engine wrote itself -> their ms
-- ARGV entry     its id
-- ARGV letter    id of the dead letter that the first call left, which this one replaces; '' for the first call
-- ARGV reason    why, as a sentence
-- ARGV bytes     of all its texts
-- ARGV sha1      of its texts from the one on that was too much; '' while it is not known
-- ARGV beginning the first kilobyte of that text
-- ARGV now_ms    virtual time, or '' for the server's
-- RETURNS word, id of the letter or ''
-- WORDS set-aside own gone
-- RIGHTS first
-- FLAGS allow-oom
local own = include('own')
local stream = include('stream')

local replaces = args.letter ~= ''
if replaces then
  if redis.call('XDEL', keys.dead, args.letter) == 0 then return { 'gone', '' } end
else
  if own.has(keys, args.entry) then return { 'own', '' } end
  if not stream.after(args.entry, redis.call('GET', keys.position) or '0-0') then return { 'gone', '' } end
  -- A copy of it would come back when the log that is written anew takes the place of this one.
  local copied = redis.call('HGET', keys.audit, 'straight_to')
  if copied and not stream.after(args.entry, copied) then return { 'gone', '' } end
  if redis.call('XDEL', keys.events, args.entry) == 0 then return { 'gone', '' } end
  redis.call('HINCRBY', keys.counters, 'rejected', 1)
  redis.call('HSET', keys.audit, 'deleted', args.entry) -- the auditor looks for what others deleted before it was applied
end
local letter = redis.call('XADD', keys.dead, args.now_ms == '' and '*' or args.now_ms .. '-*', 'source', 'events', 'entry', args.entry,
  'reason', args.reason, 'error', '', 'attempts', '1', 'fields', '[]', 'bytes', args.bytes, 'sha1', args.sha1, 'beginning', args.beginning)
return { 'set-aside', letter }
