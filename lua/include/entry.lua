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
local walk = include('walk')
local wire = include('wire')

local M = {}

-- Decides whether an event is applied, before it meets anything. Answers what becomes of it otherwise, and 'more-due' when more is
-- due than one call may settle.
local function admit(e, ev, at)
  if ev.fresh and order.is_parked(e, ev.id) or seen.has(e, ev.digest, at) then return 'duplicate' end
  local waits = ev.follows and engine.settings(e).wait_ms > 0 and not seen.has(e, ev.leader, at)
  if e.head <= ev.as_of and not settle.catch_up(e, ev.as_of) then return 'more-due' end
  if not waits then return nil end
  hold.set(e, e.chunk, ev)
  return order.park(e, ev, buckets.name(e, ev.leader), wire.entry_id(e.chunk, e.deciding))
end

-- ev: to be filled; number: of the entry in the chunk; documents: function from where a document begins to its text.
-- Answers what became of the entry, and a word for each trigger it met; nil when it has to wait: more is due than one call may settle.
function M.decide(e, ev, number, documents)
  local chunk = e.chunk
  if e.behind and not packed.at_of(chunk, number) then return nil end -- it gets a time first: lua/straighten.lua
  wire.entry(chunk, ev, number)
  if ev.word then
    if ev.word == 'rejected' then
      local fields = log.set_aside(e, wire.entry_id(chunk, number), ev.reason, ev.error, ev.attempts)
      hold.lift_entry(e, fields, (packed.at_of(chunk, number) or chunk.ats[number]) - engine.lag(e))
    end
    return ev.word, ev.word
  end
  if ev.claims then
    local id = wire.entry_id(chunk, number)
    e.claimed = true
    if not own.has(e.keys, id) then
      local reason = ev.claims .. ': is a field that only the engine writes'
      log.set_aside(e, id, reason, false, false)
      history.set_aside(e, id, reason, false, false)
      wire.pass(chunk, ev)
      return 'rejected', 'rejected'
    end
  end
  local at, document = ev.at, chunk.documents[ev.number]
  ev.doc = document > 0 and documents(document)
  ev.as_of = at - engine.lag(e)
  local other = admit(e, ev, at)
  if other == 'more-due' then return nil end
  local returns = not ev.fresh and not ev.own
  if other then
    if other == 'duplicate' then wire.pass(chunk, ev) end
    if returns then hold.lift(e, ev.id, ev.as_of) end
    return other, other
  end
  seen.remember(e, ev.digest, at)
  if not ev.own then engine.move_clock(e, ev) end
  local words = walk.event(e, chunk, ev)
  if returns then hold.lift(e, ev.id, ev.as_of) end
  order.followers(e, ev.digest)
  return 'applied', words
end

return M
