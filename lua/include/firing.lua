-- Firings (rules 10): their ids, their documents, and the outbox that root firings leave through.
-- Ids are SHA-1, the one hash that Redis offers scripts, cut to 128 bits. A user who can make collisions can make two of their own
-- firings look alike; nothing else is decided by an id.
local document = include('document')
local engine = include('engine')
local story = include('story')
local told = include('told')

local M = {}

local prefixes = {} -- lengths as text, worked out once each: a number takes Lua long to write

-- A part with its length before it, so that different lists never coincide.
local function part(text)
  local length = #text
  if not prefixes[length] then prefixes[length] = length .. ':' end
  return prefixes[length] .. text
end

-- cause: parts; made_of: of story.lua; since: when the alert begins that it sets, or false.
local function new(trigger, encoded, state, time, doc, cause, made_of, since)
  local id = redis.sha1hex(trigger.stem .. part(encoded) .. part(state) .. cause):sub(1, 32)
  return --[[firing]] {
    id = id, trigger = trigger, key = encoded, state = state, cause = cause,
    time = time, doc = doc, -- when it happened, in ms of event time; the event's document as JSON, false for none
    documents = false, -- those of the child firings, in declared order; false for a trigger without children
    story = made_of, since = since,
    shadow = trigger.shadow, -- whether it makes no jobs and no state-change event
    reminder = false, -- its number, of a reminder
    collected = false, counted = false, -- the events of its window as JSON, and how many there were; false where none are collected
  }
end

-- What an alert brings is in shadow where its firing was.
local function of_alert(f, a)
  f.shadow = f.shadow or a.shadow and true
  return f
end

local function of_event(ev)
  return part(ev.id) .. part(engine.int(ev.t))
end
M.part, M.cause = part, of_event

-- A Reactive window that reached its threshold; made_of: of story.lua.
function M.of_event(e, name, encoded, ev, made_of)
  return new(engine.trigger(e, name), encoded, 'Triggered', ev.t, document.of(ev), of_event(ev), made_of, ev.t)
end

-- A window that ended without what was expected; doc: the last event, or false.
function M.of_absence(trigger, b, doc)
  local cause = part(engine.int(b.start)) .. part(engine.int(b.finish)) .. part(b.opener or '')
  return new(trigger, b.key, 'Triggered', b.finish, doc, cause, story.of_absence(trigger, b), b.start)
end

-- The end of an absence that was over when it was decided; time: when what was missing had come.
function M.of_end(f, time)
  local made_of = story.of_alert('alert', f.since)
  return of_alert(new(f.trigger, f.key, 'Resolved', time, f.doc, f.cause .. part(engine.int(time)), made_of, false), f)
end

-- The alert of a Reactive key has lasted its time; cause: of the firing that set it.
function M.of_lapse(trigger, encoded, a, doc, cause)
  local made_of = story.of_alert('alert', a.start, a.ends)
  return of_alert(new(trigger, encoded, 'Resolved', a.ends, doc, cause .. part(engine.int(a.last)), made_of, false), a)
end

-- The next reminder of an alert; cause: as above.
function M.of_reminder(trigger, encoded, a, doc, cause)
  local k, time = a.k, a.remind_at
  cause = cause .. part(engine.int(k)) .. part(engine.int(time))
  local f = new(trigger, encoded, 'Triggered', time, doc, cause, story.of_alert('reminder', a.start), false)
  f.reminder = k
  return of_alert(f, a)
end

-- An event ends an alert, or somebody does. cause: parts.
function M.of_recovery(trigger, encoded, a, time, doc, cause)
  return of_alert(new(trigger, encoded, 'Resolved', time, doc, cause, story.of_alert('alert', a.start), false), a)
end

-- completing: the child firing that was stored last; documents: those of all, in declared order; times: of the same.
function M.of_children(composite, group, completing, documents, times)
  local made_of = story.of_children(composite, times)
  local f = new(composite, group, 'Triggered', completing.time, completing.doc, part(completing.id), made_of, false)
  f.documents = documents
  return f
end

local SAID = 25 -- place of the last value that a state-change event says, in the command that writes the record

-- The root fired: the record in the ledger and, when anybody listens, the state-change event in the log.
function M.emit(e, f)
  local trigger, said = f.trigger, SAID
  local record = { 'XADD', e.keys.firings, e.next_id, 'firing', f.id, 'automation', trigger.automation, 'revision', trigger.revision,
    'path', trigger.path, 'name', trigger.title, 'posture', told.posture(trigger), 'state', f.state, 'triggered', engine.int(f.time),
    'decided', e.now_text, 'labels', told.labels(f), 'event', f.doc or '',
    'worker', e.worker, 'story', f.story, 'children', f.documents and '[' .. table.concat(f.documents, ',') .. ']' or '[]' }
  if f.reminder then
    table.insert(record, said + 1, 'reminder')
    table.insert(record, said + 2, engine.int(f.reminder))
    said = said + 2
  end
  if f.shadow then
    e.counts.shadow = (e.counts.shadow or 0) + 1
    table.insert(record, 'shadow')
    table.insert(record, 'true')
  else
    if e.anybody_listens == 'unknown' then e.anybody_listens = redis.call('EXISTS', e.keys.listeners) == 1 end
    if e.anybody_listens then engine.append(e, unpack(record, 4, said)) end
  end
  if f.collected then
    for _, value in ipairs({ 'events', f.collected, 'counted', engine.int(f.counted) }) do record[#record + 1] = value end
  end
  e.commands[#e.commands + 1] = record
  e.fired = e.fired + 1
end

return M
