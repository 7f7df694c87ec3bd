-- Appends an entry and marks who asked for it, in one step: a repeat within seven days appends nothing.
--
-- KEYS carried  zset    id of a job -> when its entry was appended, in ms
-- KEYS stream   stream  the log, or another stream in the slot of the engine
-- KEYS own      zset    ids of entries that the engine wrote itself -> their ms
-- ARGV job      id of the job
-- ARGV now_ms   virtual time, or '' for the server's
-- ARGV keep_ms  how long the mark stays, in ms
-- ARGV is_own   1 where the entry is one of the engine in its log, else 0
-- ARGV fields…  field, value, field, value …
-- RETURNS word, id of the new entry or ''
-- WORDS appended repeated
-- RIGHTS first
local own = include('own')
local time = include('time')

-- More than one a call, so that marks go faster than they come.
local FORGOTTEN = 10

local now = tonumber(args.now_ms) or time.now()
local old = redis.call('ZRANGE', keys.carried, '-inf', string.format('%d', now - args.keep_ms), 'BYSCORE', 'LIMIT', 0, FORGOTTEN)
if #old > 0 then redis.call('ZREM', keys.carried, unpack(old)) end
if redis.call('ZSCORE', keys.carried, args.job) then return { 'repeated', '' } end

local entry = redis.call('XADD', keys.stream, args.now_ms == '' and '*' or args.now_ms .. '-*', unpack(ARGV, args.fields + 1))
if args.is_own == '1' then own.mark(keys, entry) end
redis.call('ZADD', keys.carried, string.format('%d', now), args.job)
return { 'appended', entry }
