-- Notes a change in the history, with what it replaced.
local engine = include('engine')
local history = include('history')
local typed = include('typed')

local M = {}

-- What a change will replace, to be asked before it does. c: the change as it was sent, of an automation by its id or of the hash
-- that `of` names.
function M.by(e, c)
  typed.check(e.keys.history, 'stream')
  if c.cells then return { c.kind, c.automation, c.labels, '' } end -- nothing of the definitions
  if not c.id then return { c.of, '', cjson.encode(typed.hash('HGETALL', e.keys[c.of])), '' } end
  local document, revision = redis.call('HGET', e.keys.automations, c.id), redis.call('HGET', e.prefixes.automation .. c.id, 'current')
  return { 'automation', c.id, document or '', revision or '' }
end

-- replaced: as above; generation: what the change has become. Its time is as_of and the lag (rules 4).
function M.note(e, replaced, generation)
  local kind, id, before, revision = unpack(replaced)
  redis.call('XADD', e.keys.history, history.id_at(e, e.position), 'kind', kind, 'generation', engine.int(generation), 'position', e.position,
    'time', engine.int(e.as_of + engine.lag(e)), 'id', id, 'before', before, 'revision', revision)
end

return M
