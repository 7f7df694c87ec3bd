-- Moves time forward where there are no entries: settles what is due, in order of deadline, and lets overdue followers go.
-- Two schedulers may race: the second finds nothing to do.
--
-- KEYS events      stream  the log
-- KEYS position    string  id of the last applied entry
-- KEYS clock       hash    newest event time and its arrival, in ms
-- KEYS due         zset    state name -> earliest deadline in ms, a lower bound
-- KEYS firings     stream  ledger and outbox
-- KEYS dead        stream  dead letters
-- KEYS seen        string  generations of remembered ids, as JSON
-- KEYS audit       hash    what became of the log itself
-- KEYS straight    stream  the log as it is written anew
-- KEYS listeners   set     automations that want state-change events
-- KEYS parked      zset    followers waiting for their leader
-- KEYS early       zset    names of the hashes of remembered times -> the end of their half hour in ms
-- KEYS settings    hash    what the whole namespace agrees on
-- KEYS counters    hash    decisions counted
-- KEYS quota_used        hash    automation -> how many keys hold state
-- KEYS quotas      hash    the most that may
-- KEYS own         zset    ids of entries that the engine wrote itself -> their ms
-- KEYS reached  hash    open source -> the ms up to which the applied entries tell of it
-- KEYS damage      hash    what others did to keys
-- ARGV prefixes    JSON    of src/redis/keys.ts
-- ARGV now_ms      virtual time, or '' for the server's
-- ARGV worker      id of the worker that calls, or ''
-- ARGV limit       most obligations settled by this call
-- RETURNS word, wake-up in ms or '', the time of this call in ms, position, oldest entry not applied in ms (or less) or '', fired, released
-- WORDS settled more-due
local backlog = include('backlog')
local due = include('due')
local engine = include('engine')
local order = include('order')
local settle = include('settle')
local sources = include('sources')
local unfinished = include('unfinished')
local write = include('write')

local e = engine.open(keys, args.prefixes, args.now_ms, args.worker)
e.budget = tonumber(args.limit)
local waiting = backlog.oldest_or_less(e)
local unheld = math.min(e.now, waiting or e.now)
local time = sources.held(unheld, e.least)
local as_of = time - engine.lag(e)
local word, released, more = 'more-due', 0, unfinished.go_on(e)
if not more then
  due.begin(e, as_of)
  if settle.catch_up(e, as_of) then
    released, more = order.overdue(e, time)
    word = more and 'more-due' or 'settled'
  end
  write.all(e)
end
-- What the sources hold back comes with an entry that tells more of them, or when they have held it long enough.
local held = word == 'settled' and e.head <= unheld - engine.lag(e)
return {
  word, order.wake(e, held and '' or engine.wake(e)), engine.int(e.now), e.position, waiting and engine.int(waiting) or '', engine.int(e.fired), engine.int(released),
}
