-- Moves the log forward by one chunk: every entry exactly once, in stream order, all its effects in this step.
-- A repeated, stale or zombie call changes nothing: the position is a fencing token.
--
-- KEYS events      stream  the log
-- KEYS position    string  id of the last applied entry
-- KEYS clock       hash    C and U in ms
-- KEYS due         zset    state name -> earliest deadline in ms, a lower bound
-- KEYS firings     stream  ledger and outbox
-- KEYS dead        stream  rejected entries
-- KEYS generation  string  number of the definitions
-- KEYS listeners   set     who wants state-change events
-- KEYS parked      zset    followers waiting for their leader
-- KEYS seen        zset    slots of remembered ids
-- KEYS counters    hash    decisions counted
-- ARGV prefixes    JSON    of src/redis/keys.ts
-- ARGV now_ms      virtual time, or '' for the server's
-- ARGV group       consumer group whose entries are acknowledged
-- ARGV limit       most obligations settled by this call
-- ARGV chunk       JSON    src/redis/steps/apply.ts, Chunk
-- ARGV documents…  JSON    event documents; an entry names its own by index
-- RETURNS word, position, wake-up in ms or '', error or '', words of each applied entry
-- WORDS applied not-my-turn already-applied stale-definitions more-due failed
local engine = include('engine')
local log = include('log')
local order = include('order')
local seen = include('seen')
local settle = include('settle')
local walk = include('walk')

local chunk = cjson.decode(args.chunk)
local e = engine.open(keys, args.prefixes, args.now_ms)
e.budget = tonumber(args.limit)
if (redis.call('GET', keys.generation) or '0') ~= chunk.generation then return { 'stale-definitions', e.position, '', '' } end

local entries, first, acknowledged = chunk.entries, 1, {}
while entries[first] and not log.after(entries[first].entry, e.position) do
  acknowledged[first] = entries[first].entry
  first = first + 1
end
if first > 1 then redis.call('XACK', keys.events, args.group, unpack(acknowledged)) end
if not entries[first] then return { 'already-applied', e.position, '', '' } end
if redis.call('XRANGE', keys.events, '(' .. e.position, '(' .. entries[first].entry, 'COUNT', 1)[1] then
  return { 'not-my-turn', e.position, '', '' }
end

-- Answers the words of the entry, or nil when more is due than one call may settle.
local function apply(ev)
  if ev.skip then return ev.skip end
  local at = tonumber(ev.entry:match('^%d+'))
  if ev.rejected then
    log.bury(e, ev.entry, ev.rejected)
    return 'rejected'
  end
  ev.doc = ev.document and ARGV[args.documents + ev.document]
  if seen.has(e, ev.digest, at) then return 'duplicate' end
  if ev.follows and not seen.has(e, ev.leader, at) then return order.park(e, ev) end
  ev.as_of = at - engine.lag(e)
  if not settle.catch_up(e, ev.as_of) then return nil end
  if not ev.own then engine.move_clock(e, ev.t, ev.received) end
  seen.remember(e, ev.digest, at)
  local words, matches, from = { 'applied' }, ev.matches or {}, 1
  for to = 1, #matches do
    local following = matches[to + 1]
    if not following or chunk.triggers[following.trigger].automation ~= chunk.triggers[matches[to].trigger].automation then
      walk.automation(e, chunk.triggers, matches, from, to, ev, words)
      from = to + 1
    end
  end
  order.followers(e, ev.id)
  return table.concat(words, ' ')
end

return log.advance(e, args.group, entries, first, apply)
