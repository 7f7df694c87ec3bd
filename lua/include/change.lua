-- Rules 13: a change of the definitions takes effect between two entries, after everything that is due before it.
local window = include('window')
local context = include('context')
local definitions = include('definitions')
local backlog = include('backlog')
local due = include('due')
local engine = include('engine')
local quota = include('quota')
local replaced = include('replaced')
local settle = include('settle')
local state = include('state')
local unfinished = include('unfinished')
local write = include('write')

local M = {}

-- Settles what is due before the change: not up to now, but up to the oldest entry that is not applied. Otherwise a change while a
-- backlog waits would judge absences before the events that disprove them.
-- expected: generation that the change was worked out against. Answers nil when the change may go on, else the word of why not.
local function settled(e, expected, limit)
  if definitions.check(e.keys) ~= expected then return 'stale-definitions' end
  if unfinished.go_on(e) then return 'more-due' end
  local as_of = backlog.as_of_now(e)
  e.budget = tonumber(limit)
  due.begin(e, as_of)
  local all = settle.catch_up(e, as_of)
  write.all(e)
  if not all then return 'more-due' end
  local position = e.position
  context.begin(e)
  e.as_of, e.stored_position, e.position, e.used = as_of, position, position, {}
end

-- change: as it was sent, JSON with the generation that it was worked out against; the others as in the header of the script. Answers
-- the change and the context in which it begins; or, behind them, the answer of a script that has to leave it.
function M.begin(keys, prefixes, now_ms, limit, change)
  local c, e = cjson.decode(change), engine.open(keys, prefixes, now_ms, '')
  local refused = settled(e, c.generation, limit)
  if not refused then c.replaces = replaced.by(e, c) end
  return c, e, refused and { refused, c.generation }
end

-- The state of these triggers is out of reach from now on; the janitor removes it piece by piece.
function M.discard(e, names)
  for _, name in ipairs(names) do
    redis.call('ZREM', e.keys.due, name)
    quota.add(e, name, -redis.call('ZCARD', e.prefixes.deadlines .. name))
    redis.call('DEL', e.prefixes.trigger .. name)
    redis.call('ZADD', e.keys.garbage, e.now, name)
  end
end

function M.open_standing(e, trigger)
  local s = state.of(e, trigger.name, trigger)
  local b = window.of(e, s, '')
  if b.start then return end
  window.open(b, e.as_of, e.as_of + trigger.within, 0, e.as_of, false)
  b.silent = 0
  window.save(e, s, b)
end

-- The new generation is visible to every worker with this.
function M.finish(e, c)
  write.all(e)
  local generation = redis.call('INCR', e.keys.generation)
  if c.id then redis.call('ZADD', e.keys.changes, generation, c.id) end
  replaced.note(e, c.replaces, generation)
  return generation
end

-- A change of single keys leaves the deadlines of a disabled automation where they are, out of reach.
function M.rest(e, c)
  if c.enabled then return end
  for _, cell in ipairs(c.cells) do redis.call('ZREM', e.keys.due, cell.name) end
end

-- The document that stood until now is asked for by firings alone that are in the ledger already: its member in `outdated` says
-- until when they came. `lua/forget-revisions.lua` removes it when all of them have their jobs.
function M.outdate(e, id)
  local current = redis.call('HGET', e.prefixes.automation .. id, 'current')
  if not current then return end
  local last = redis.call('XREVRANGE', e.keys.firings, '+', '-', 'COUNT', 1)[1]
  local until_ms = math.max(e.now, last and tonumber(last[1]:match('^%d+')) or 0)
  redis.call('ZADD', e.keys.outdated, engine.int(until_ms), current .. ':' .. id)
end

-- Keeps the document under its revision, beside those before it.
function M.keep_document(e, id, revision, document, enabled)
  M.outdate(e, id)
  redis.call('HSET', e.prefixes.automation .. id, revision, document,
    'current', revision, 'enabled', enabled, 'position', e.position, 'at', e.now)
end

return M
