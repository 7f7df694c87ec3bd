-- Moves the log forward by one chunk: every entry exactly once, in stream order, all its effects in this step.
-- A repeated, stale or zombie call changes nothing: the position is a fencing token.
--
-- KEYS events      stream  the log
-- KEYS position    string  id of the last applied entry
-- KEYS clock       hash    newest event time and its arrival, in ms
-- KEYS due         zset    state name -> earliest deadline in ms, a lower bound
-- KEYS firings     stream  ledger and outbox
-- KEYS dead        stream  rejected entries
-- KEYS generation  string  number of the definitions
-- KEYS listeners   set     automations that want state-change events
-- KEYS parked      zset    followers waiting for their leader
-- KEYS seen        string  generations of remembered ids, as JSON
-- KEYS counters    hash    decisions counted
-- KEYS audit       hash    what became of the log itself
-- KEYS quota_used        hash    automation -> how many keys hold state
-- KEYS quotas      hash    the most that may
-- ARGV prefixes    JSON    of src/redis/keys.ts
-- ARGV now_ms      virtual time, or '' for the server's
-- ARGV group       consumer group whose entries are acknowledged
-- ARGV limit       most obligations settled by this call
-- ARGV chunk       JSON    src/redis/wire.ts
-- ARGV documents…  JSON    event documents; an entry names its own by index
-- RETURNS word, position, wake-up in ms or '', error or '', words of each applied entry as lines of one text
-- WORDS applied not-my-turn already-applied stale-definitions more-due failed gone
local engine = include('engine')
local quota = include('quota')
local log = include('log')
local order = include('order')
local seen = include('seen')
local settle = include('settle')
local stream = include('stream')
local walk = include('walk')
local wire = include('wire')

local chunk = cjson.decode(args.chunk)
local e = engine.open(keys, args.prefixes, args.now_ms)
e.budget = tonumber(args.limit)
if (redis.call('GET', keys.generation) or '0') ~= chunk.generation then return { 'stale-definitions', e.position, '', '' } end

local ids, first, from = chunk.ids, 1, 1
while ids[first] and not stream.after(ids[first], e.position) do
  from, first = from + chunk.values[from], first + 1
end
if first > 1 then redis.call('XACK', keys.events, args.group, unpack(ids, 1, first - 1)) end
if not ids[first] then return { 'already-applied', e.position, '', '' } end
if redis.call('XRANGE', keys.events, '(' .. e.position, '(' .. ids[first], 'COUNT', 1)[1] then
  return { 'not-my-turn', e.position, '', '' }
end
-- Workers can still hold entries that a failover took back. A log only loses its end, so it is enough to ask for the last entry.
if not redis.call('XRANGE', keys.events, ids[#ids], ids[#ids])[1] then return { 'gone', e.position, '', '' } end

-- Answers what became of the entry, and a word for each trigger it met; nil when more is due than one call may settle.
local function apply()
  local ev = wire.entry(chunk, from)
  from = ev.last + 1
  if ev.word == 'rejected' then log.set_aside(e, e.entry, ev.reason, ev.error, ev.attempts) end
  if ev.word then return ev.word, ev.word end
  local doc, at = ev.document > 0 and ARGV[args.documents + ev.document], ev.at
  ev.entry = e.entry
  ev.as_of = at - engine.lag(e)
  if ev.fresh and order.is_parked(e, ev.id) then return 'duplicate', 'duplicate' end
  if e.head <= ev.as_of or ev.follows then
    if seen.has(e, ev.digest, at) then return 'duplicate', 'duplicate' end
    if ev.follows and not seen.has(e, ev.leader, at) then return order.park(e, ev, doc) end
    if not settle.catch_up(e, ev.as_of) then return nil end
  end
  if not seen.remember(e, ev.digest, at) then return 'duplicate', 'duplicate' end
  e.begun, e.digest = ev.entry, ev.digest
  if not ev.own then engine.move_clock(e, ev.t, ev.received) end
  local words = walk.event(e, chunk, ev, doc)
  order.followers(e, ev.digest)
  return 'applied', words
end

local answer = log.advance(e, args.group, ids, first, apply, seen.unremember)
seen.save(e)
quota.save(e)
return answer
