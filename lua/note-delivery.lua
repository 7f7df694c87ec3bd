-- Notes how far a delivery is, and tells the automations that listen how it ended: both or nothing. What is noted is bounded in time and bytes.
--
-- KEYS deliveries   hash    id of a job -> how it went, as JSON; '' -> the bytes of all of them
-- KEYS delivered    zset    id of a job that is under way or was sent -> when that was noted, in ms
-- KEYS undelivered  zset    id of a job that failed for good -> when, in ms
-- KEYS listeners    set     automations that want events of the engine
-- KEYS events       stream  the log
-- KEYS own          zset    ids of entries that the engine wrote itself -> their ms
-- ARGV job      id of the job
-- ARGV state    waiting, retried, sent, failed, or dropped: then nothing is kept of it
-- ARGV record   JSON of src/model/delivery.ts
-- ARGV event    JSON of the event that says how it ended, or ''
-- ARGV now_ms   virtual time, or '' for the server's
-- RETURNS word, id of the entry with the event or ''
-- WORDS noted told
-- RIGHTS first
local limits = include('limits')
local own = include('own')
local time = include('time')

local now = tonumber(args.now_ms) or time.now()
local MOST = limits.DELIVERIES_FORGOTTEN

local function size(job)
  local record = redis.call('HGET', keys.deliveries, job)
  return record and #record + #job or 0
end

local function drop(set, jobs)
  local bytes = 0
  for _, job in ipairs(jobs) do bytes = bytes + size(job) end
  if not jobs[1] then return 0 end
  redis.call('ZREM', set, unpack(jobs))
  redis.call('HDEL', keys.deliveries, unpack(jobs))
  return bytes
end

local function outdated(set, kept_ms)
  return redis.call('ZRANGE', set, '-inf', string.format('%d', now - kept_ms), 'BYSCORE', 'LIMIT', 0, MOST)
end

local entry = ''
if args.event ~= '' and redis.call('EXISTS', keys.listeners) == 1 then
  entry = redis.call('XADD', keys.events, args.now_ms == '' and '*' or args.now_ms .. '-*', 'action', args.event)
  own.mark(keys, entry)
end

local freed = drop(keys.delivered, { args.job }) + drop(keys.undelivered, { args.job })
  + drop(keys.delivered, outdated(keys.delivered, limits.DELIVERIES_KEPT_MS))
  + drop(keys.undelivered, outdated(keys.undelivered, limits.FAILURES_KEPT_MS))
local bytes = (tonumber(redis.call('HGET', keys.deliveries, '')) or 0) - freed
if args.state ~= 'dropped' then
  redis.call('HSET', keys.deliveries, args.job, args.record)
  redis.call('ZADD', args.state == 'failed' and keys.undelivered or keys.delivered, string.format('%d', now), args.job)
  bytes = bytes + #args.job + #args.record
end
for _ = 1, MOST do
  if bytes <= limits.DELIVERIES_BYTES then break end
  local set = redis.call('ZCARD', keys.delivered) > 0 and keys.delivered or keys.undelivered
  bytes = bytes - drop(set, redis.call('ZRANGE', set, 0, 0))
end
redis.call('HSET', keys.deliveries, '', string.format('%d', bytes))
return { entry == '' and 'noted' or 'told', entry }
