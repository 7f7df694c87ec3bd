-- Firings (semantics 10): their ids, their documents, and the outbox that root firings leave through.
local engine = include('engine')
local key = include('key')

local M = {}

-- Every part is preceded by its length, so different lists never coincide.
local function derive(...)
  local parts = {}
  for i, part in ipairs({ ... }) do parts[i] = #part .. ':' .. part end
  return redis.sha1hex(table.concat(parts)):sub(1, 32)
end

local function new(trigger, encoded, state, time, doc, ...)
  local id = derive(trigger.automation, trigger.path, trigger.digest, encoded, state, ...)
  return { id = id, trigger = trigger, key = encoded, state = state, time = time, doc = doc, children = '[]' }
end

-- A reactive window that reached its threshold.
function M.of_event(e, name, encoded, ev)
  return new(engine.trigger(e, name), encoded, 'Triggered', ev.t, ev.doc, ev.id, engine.int(ev.t))
end

-- A window that ended without what was expected; doc: the last event, or nil.
function M.of_absence(trigger, b, doc)
  local finish = b['end']
  return new(trigger, b.key, 'Triggered', finish, doc, engine.int(b.start), engine.int(finish),
    b.opener or '')
end

function M.of_recovery(e, name, encoded, ev)
  return new(engine.trigger(e, name), encoded, 'Resolved', ev.t, ev.doc, ev.id, engine.int(ev.t))
end

-- completing: the child firing that was stored last; children: documents in declared order.
function M.of_children(composite, group, completing, children)
  local f = new(composite, group, 'Triggered', completing.time, completing.doc, completing.id)
  f.children = '[' .. table.concat(children, ',') .. ']'
  return f
end

-- triggering_labels as JSON: the names of for_each with the values of the key.
local function labels(f)
  local names, members = cjson.decode(f.trigger.names), {}
  for i, value in ipairs(key.values(f.key, #names)) do
    members[i] = cjson.encode(names[i]) .. ':' .. cjson.encode(value)
  end
  return '{' .. table.concat(members, ',') .. '}'
end

-- The firing as a child of another one.
function M.document(f)
  return '{"id":"' .. f.id .. '","path":"' .. f.trigger.path .. '","state":"' .. f.state
    .. '","triggered":' .. engine.int(f.time) .. ',"labels":' .. labels(f)
    .. ',"event":' .. (f.doc or 'null') .. ',"children":' .. f.children .. '}'
end

-- The root fired: the record in the ledger and, when anybody listens, the state-change event in the log.
function M.emit(e, f)
  local trigger = f.trigger
  local record = { 'firing', f.id, 'automation', trigger.automation, 'revision', trigger.revision, 'path', trigger.path,
    'name', trigger.title, 'posture', trigger.posture or '', 'state', f.state, 'triggered', f.time, 'decided', e.now,
    'labels', labels(f), 'event', f.doc or '' }
  if e.listened == nil then e.listened = redis.call('EXISTS', e.keys.listeners) == 1 end
  if e.listened then redis.call('XADD', e.keys.events, e.next_id, unpack(record)) end
  record[#record + 1], record[#record + 2] = 'children', f.children
  redis.call('XADD', e.keys.firings, e.next_id, unpack(record))
  e.fired = e.fired + 1
end

return M
