-- Firings (rules 10): their ids, their documents, and the outbox that root firings leave through.
-- Ids are SHA-1, the one hash that Redis offers scripts, cut to 128 bits. A user who can make collisions can make two of their own
-- firings look alike; nothing else is decided by an id.
local engine = include('engine')
local key = include('key')

local M = {}

local prefixes = {} -- lengths as text, worked out once each: a number takes Lua long to write

-- A part with its length before it, so that different lists never coincide.
local function part(text)
  local length = #text
  if not prefixes[length] then prefixes[length] = length .. ':' end
  return prefixes[length] .. text
end

-- cause: parts.
local function new(trigger, encoded, state, time, doc, cause, documents)
  local id = redis.sha1hex(trigger.stem .. part(encoded) .. part(state) .. cause):sub(1, 32)
  return --[[firing]] {
    id = id, trigger = trigger, key = encoded, state = state, cause = cause,
    time = time, -- ms: when it happened, by event time
    doc = doc, -- the event's document as JSON; false for none
    documents = documents, -- those of the child firings, in declared order; false for a trigger without children
    reminder = false, -- its number, of a reminder
    collected = false, counted = false, -- the events of its window as JSON, and how many there were; false where none are collected
  }
end

local function of_event(ev)
  return part(ev.id) .. part(engine.int(ev.t))
end

-- A reactive window that reached its threshold.
function M.of_event(e, name, encoded, ev)
  return new(engine.trigger(e, name), encoded, 'Triggered', ev.t, ev.doc, of_event(ev), false)
end

-- A window that ended without what was expected; doc: the last event, or false.
function M.of_absence(trigger, b, doc)
  local cause = part(engine.int(b.start)) .. part(engine.int(b.finish)) .. part(b.opener or '')
  return new(trigger, b.key, 'Triggered', b.finish, doc, cause, false)
end

-- The end of an absence that was over when it was decided; time: when what was missing had come.
function M.of_end(f, time)
  return new(f.trigger, f.key, 'Resolved', time, f.doc, f.cause .. part(engine.int(time)), false)
end

-- The alert of a Reactive key has lasted its time; cause: of the firing that set it; last: its newest event, in ms.
function M.of_lapse(trigger, encoded, time, doc, cause, last)
  return new(trigger, encoded, 'Resolved', time, doc, cause .. part(engine.int(last)), false)
end

-- Reminder k of an alert; cause: as above.
function M.of_reminder(trigger, encoded, time, doc, cause, k)
  local f = new(trigger, encoded, 'Triggered', time, doc, cause .. part(engine.int(k)) .. part(engine.int(time)), false)
  f.reminder = k
  return f
end

function M.of_recovery(e, name, encoded, ev)
  return new(engine.trigger(e, name), encoded, 'Resolved', ev.t, ev.doc, of_event(ev), false)
end

-- completing: the child firing that was stored last; documents: those of all, in declared order.
function M.of_children(composite, group, completing, documents)
  return new(composite, group, 'Triggered', completing.time, completing.doc, part(completing.id), documents)
end

local encoded = {} -- names as JSON

local function encode(name)
  if not encoded[name] then encoded[name] = cjson.encode(name) .. ':' end
  return encoded[name]
end

-- triggering_labels as JSON: the names of for_each with the values of the key.
local function labels(f)
  local names = f.trigger.names
  local values = key.values(f.key, #names)
  local members = {}
  for i, value in ipairs(values) do members[i] = encode(names[i]) .. cjson.encode(value) end
  return '{' .. table.concat(members, ',') .. '}'
end

local function posture(trigger)
  if trigger.type ~= 'event' then return '' end
  return trigger.kind.proactive and 'Proactive' or 'Reactive'
end

-- The firing as a child of another one. Documents are large, and every string costs Lua its length: one goes into the
-- next without anything in between.
function M.document(f)
  local head = '{"id":"' .. f.id .. '","path":"' .. f.trigger.path .. '","state":"' .. f.state .. '","triggered":' .. engine.int(f.time)
    .. ',"labels":' .. labels(f) .. ',"event":'
  if not f.documents then return head .. (f.doc or 'null') .. ',"children":[]}' end
  return head .. (f.doc or 'null') .. ',"children":[' .. table.concat(f.documents, ',') .. ']}'
end

-- The root fired: the record in the ledger and, when anybody listens, the state-change event in the log.
function M.emit(e, f)
  local trigger = f.trigger
  local record = { 'XADD', e.keys.events, e.next_id, 'firing', f.id, 'automation', trigger.automation, 'revision', trigger.revision,
    'path', trigger.path, 'name', trigger.title, 'posture', posture(trigger), 'state', f.state, 'triggered', engine.int(f.time),
    'decided', e.now_text, 'labels', labels(f), 'event', f.doc or '' }
  if f.reminder then record[#record + 1], record[#record + 2] = 'reminder', engine.int(f.reminder) end
  if e.anybody_listens == 'unknown' then e.anybody_listens = redis.call('EXISTS', e.keys.listeners) == 1 end
  if e.anybody_listens then engine.append(e, unpack(record, 4)) end
  record[2] = e.keys.firings
  record[#record + 1], record[#record + 2] = 'children', '[' .. table.concat(f.documents or {}, ',') .. ']'
  if f.collected then
    for _, value in ipairs({ 'events', f.collected, 'counted', engine.int(f.counted) }) do record[#record + 1] = value end
  end
  e.commands[#e.commands + 1] = record
  e.fired = e.fired + 1
end

return M
