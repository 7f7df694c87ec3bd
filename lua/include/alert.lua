-- The alert of a key (rules 6, 11, 17.6). Its times stand in the window's text (notation.lua). Its documents are fields of the hash `last`
-- of the trigger: the key, with a byte before it that says which. Most alerts have none.
local children = include('children')
local composite = include('composite')
local document = include('document')
local engine = include('engine')
local firing = include('firing')
local limits = include('limits')
local record = include('record')
local tally = include('tally')

local M = {}

local EVENT, PLACE, CAUSE, FIRED = '\1', '\2', '\3', '\5' -- what stands before the key
local ID = #'{"id":"' -- what stands before the id in the document of a child firing

local function stored(e, s, b, field)
  return redis.call('HGET', e.prefixes.last .. s.name, field .. b.key)
end

local function drop(s, b)
  if b.alert and (b.alert.armed or not s.kind.rooted or s.kind.rich) then b.over = true end
  b.alert = false
end

-- Sets or renews the alert of a window that fired; missing: events that it lacked; event: its firing's.
function M.set(s, b, missing, event)
  local armed = b.armed or b.start
  if b.alert then armed = math.max(armed, b.alert.armed or b.alert.start) end
  drop(s, b)
  b.alert = record.alert(b.start, missing, b.due + limits.FORGET_MS)
  if s.kind.after and armed > b.start then b.alert.armed, b.alert.event = armed, event end
end

-- Forgets the alert: nothing is emitted, nothing taken back.
M.forget = drop

-- The newest time of the arming events of the windows that fired.
function M.armed(b)
  return b.alert.armed or b.alert.start
end

-- The event of the firing that set the alert; asked only where an arming event lies behind the alert's start. false: it is lost.
function M.event(e, s, b)
  return b.alert.event or stored(e, s, b, EVENT)
end

-- The event that reminders name: the firing's own, while that of a Reactive alert goes with its newest event.
function M.fired(e, s, b)
  return b.alert.fired or stored(e, s, b, FIRED)
end

-- The cause of the firing that set the alert, where it is kept: of Reactive keys, and for reminders.
function M.cause(e, s, b)
  return b.alert.cause or stored(e, s, b, CAUSE)
end

-- The compound that would keep this firing of an absence until others join it, or nil.
local function keeper(e, trigger)
  local parent = trigger.parent ~= '' and engine.trigger(e, trigger.parent)
  return parent and parent.type == 'compound' and parent.needed > 1 and parent or nil
end

M.keeper = keeper

-- Where such a compound stores this firing: text for take_back; false: nowhere.
function M.place(e, f)
  local c = keeper(e, f.trigger)
  return c and f.id .. ' ' .. composite.group_of(c, f) or false
end

-- Rules 9: the firing of an alert that has ended is dropped where it is still stored. place: of M.place.
function M.take_back(e, trigger, place)
  local c, id, group = keeper(e, trigger), place:match('^(%x+) (.*)$')
  if not c then return end
  local g = children.read(e, c, group)
  if not g.stored[trigger.child] or children.document(g, trigger.child):sub(ID + 1, ID + #id) ~= id then return end
  g.stored[trigger.child], g.gone[#g.gone + 1] = nil, trigger.child
  children.save(e, g)
end

-- Where the firing of the alert is stored: text for take_back, or false.
function M.placed(e, s, b)
  return b.alert and (b.alert.place or stored(e, s, b, PLACE))
end

-- The alert ends because what was missing came after all: its firing leaves the compound that has it (rules 9), and at the root
-- that is a firing of its own.
function M.resolve(e, s, b, ev)
  if s.kind.rooted then
    firing.emit(e, firing.of_recovery(engine.trigger(e, s.name), b.key, b.alert, ev.t, document.of(ev), firing.cause(ev)))
  else
    local place = M.placed(e, s, b)
    if place then M.take_back(e, engine.trigger(e, s.name), place) end
  end
  drop(s, b)
  return '+resolved'
end

-- What write.lua has to write of it and of collected documents: fields with their values, flat, and fields that are gone.
function M.fields(b, set, gone)
  if b.extra then
    for number, document in pairs(b.extra.documents or {}) do set[#set + 1], set[#set + 2] = tally.field(number, b.key), document end
    for _, number in ipairs(b.extra.gone or {}) do gone[#gone + 1] = tally.field(number, b.key) end
  end
  if b.over then
    for _, field in ipairs({ EVENT, PLACE, CAUSE, FIRED }) do gone[#gone + 1] = field .. b.key end
  end
  local a = b.alert
  if a and a.event then set[#set + 1], set[#set + 2] = EVENT .. b.key, a.event end
  if a and a.fired then set[#set + 1], set[#set + 2] = FIRED .. b.key, a.fired end
  if a and a.cause then set[#set + 1], set[#set + 2] = CAUSE .. b.key, a.cause end
  if a and a.place then set[#set + 1], set[#set + 2] = PLACE .. b.key, a.place end
end

return M
