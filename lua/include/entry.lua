-- Rules 7.1: one entry of the log is decided.
local engine = include('engine')
local history = include('history')
local hold = include('hold')
local log = include('log')
local order = include('order')
local own = include('own')
local buckets = include('buckets')
local packed = include('packed')
local seen = include('seen')
local settle = include('settle')
local sources = include('sources')
local walk = include('walk')
local wire = include('wire')

local M = {}

-- Decides whether an event is applied, before it meets anything. Answers what becomes of it otherwise, and 'more-due' when more is
-- due than one call may settle.
local function admit(e, ev, at)
  if ev.fresh and e.waits and order.is_parked(e, ev.id) or seen.has(e, ev.digest, at) then return 'duplicate' end
  local waits = ev.follows and engine.settings(e).wait_ms > 0 and not seen.has(e, ev.leader, at)
  if e.head <= ev.as_of and not settle.catch_up(e, ev.as_of) then return 'more-due' end
  if not waits then return nil end
  hold.set(e, e.chunk, ev)
  return order.park(e, ev, buckets.name(e, ev.leader), wire.entry_id(e.chunk, e.deciding))
end

-- An entry that claims in vain that the engine wrote it.
local function forged(e, id, form)
  local reason = form .. ': is a field that only the engine writes'
  log.set_aside(e, id, reason, false, false)
  history.set_aside(e, id, reason, false, false)
  return 'rejected', 'rejected'
end

-- What is no event. moves: what it says of sources (sources.lua).
local function other(e, ev, number, at, moves)
  local id = wire.entry_id(e.chunk, number)
  local time, after = sources.at(e, at, moves)
  if ev.word == 'marked' then
    if not moves then return forged(e, id, ev.reason) end
    local as_of = time - engine.lag(e)
    if e.head <= as_of and not settle.catch_up(e, as_of) then return nil end
  end
  if moves then sources.take(e, after, moves) end
  if ev.word == 'rejected' then
    local fields = log.set_aside(e, id, ev.reason, ev.error, ev.attempts)
    hold.lift_entry(e, fields, time - engine.lag(e))
  end
  return ev.word, ev.word
end

-- ev: to be filled; number: of the entry in the chunk.
-- Answers what became of the entry, and a word for each trigger it met; nil when it has to wait: more is due than one call may settle.
function M.decide(e, ev, number)
  local chunk = e.chunk
  if e.behind and not packed.at_of(chunk, number) then return nil end -- it gets a time first: lua/straighten.lua
  wire.entry(chunk, ev, number)
  local moves = chunk.feeds and sources.said(e, number, wire.entry_id(chunk, number))
  if ev.word then return other(e, ev, number, packed.at_of(chunk, number) or chunk.ats[number], moves) end
  if ev.claims then
    local id = wire.entry_id(chunk, number)
    e.claimed = true
    if not (moves or own.has(e.keys, id)) then
      wire.pass(chunk, ev)
      return forged(e, id, ev.claims)
    end
  end
  local at = ev.at
  local time, after = at, nil
  if moves or at > e.least then time, after = sources.at(e, at, moves) end -- nothing is asked where nothing feeds the log
  ev.as_of = time - (e.lag or engine.lag(e))
  local met = admit(e, ev, at)
  if met == 'more-due' then return nil end
  if moves then sources.take(e, after, moves) end
  local returns = not ev.fresh and not ev.own
  if met then
    if met == 'duplicate' then wire.pass(chunk, ev) end
    if returns then hold.lift(e, ev.id, ev.as_of) end
    return met, met
  end
  seen.remember(e, ev.digest, at)
  if not ev.own then engine.move_clock(e, ev) end
  local words = walk.event(e, chunk, ev)
  if returns then hold.lift(e, ev.id, ev.as_of) end
  if e.waits then order.followers(e, ev.digest) end
  return 'applied', words
end

return M
