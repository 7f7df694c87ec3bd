-- Rules 6, `hold`: while an event is parked, no absence is settled that it may yet disprove.
local damage = include('damage')
local document = include('document')
local engine = include('engine')
local state = include('state')
local typed = include('typed')
local window = include('window')
local match = include('match')

local M = {}

-- The keys that stand in such a text.
local function cells_in(e, text)
  local held, readable, cells = {}, pcall(cjson.decode, text)
  if not readable or type(cells) ~= 'table' then
    damage.lost(e, e.keys.holds, 'held rubbish: absences that waited for parked events may never be decided')
    return held
  end
  for _, cell in ipairs(cells) do
    if type(cell) == 'table' and type(cell[1]) == 'string' and type(cell[2]) == 'string' then held[#held + 1] = cell end
  end
  return held
end

-- The keys that an event holds, or nil: where another copy of it was parked before, it is in the log again and not applied yet.
local function held_by(e, id)
  if e.held[id] then return e.held[id] end
  local text = typed.hash('HGET', e.keys.holds, id)
  return text and cells_in(e, text) or nil
end

-- Notes an event that is parked at every key where it is expected, and at the event which keys these are.
function M.set(e, chunk, ev)
  local held, known, last = held_by(e, ev.id) or {}, {}, chunk.match + chunk.match_counts[ev.number]
  for _, cell in ipairs(held) do known[cell[1] .. '\n' .. cell[2]] = true end
  while chunk.match < last do
    local s, b, _, expects, _, more = match.next(chunk)
    if (expects or match.resets(more)) and s.kind.proactive and not known[s.name .. '\n' .. b.key] then
      b.hold = (b.hold or 0) + 1
      window.save(e, s, b)
      held[#held + 1] = { s.name, b.key }
    end
  end
  if not held[1] then return end
  e.held[ev.id] = held
  engine.later(e, 'HSET', e.keys.holds, ev.id, cjson.encode(held))
end

local function lift(e, name, key, as_of)
  local trigger = engine.trigger(e, name)
  if not trigger then return end
  local s = state.of(e, name, trigger)
  local b = window.of(e, s, key)
  if not b.hold then return end
  b.hold = b.hold > 1 and b.hold - 1 or false
  if b.start and not b.hold then b.due = math.max(b.due, as_of) end
  -- A disabled trigger settles nothing: its places in the deadlines are written when it is enabled (change.lua).
  if redis.call('HGET', e.prefixes.automation .. trigger.automation, 'enabled') == '1' or not (b.start or b.alert) then
    window.save(e, s, b)
  else
    window.keep(e, s, b, true)
  end
end

-- An event that was parked has come back and been decided; as_of: of its entry.
function M.lift(e, id, as_of)
  local held = held_by(e, id)
  if not held then return end
  for _, cell in ipairs(held) do lift(e, cell[1], cell[2], as_of) end
  e.held[id] = {}
  engine.later(e, 'HDEL', e.keys.holds, id)
end

-- The key waits for no parked event any more: those that come back find it as any other.
function M.release(e, s, b)
  if not b.hold then return end
  b.hold = false
  local all = typed.hash('HGETALL', e.keys.holds)
  for i = 1, #all, 2 do
    if all[i + 1]:find(s.name, 1, true) then
      local left, held = {}, e.held[all[i]] or cells_in(e, all[i + 1]) -- other triggers of the automation may have let go already
      for _, cell in ipairs(held) do
        if cell[1] ~= s.name or cell[2] ~= b.key then left[#left + 1] = cell end
      end
      e.held[all[i]] = left
      if not left[1] then
        engine.later(e, 'HDEL', e.keys.holds, all[i])
      elseif #left < #held then
        engine.later(e, 'HSET', e.keys.holds, all[i], cjson.encode(left))
      end
    end
  end
end

-- The same of an entry that was set aside; fields: its own.
function M.lift_entry(e, fields, as_of)
  if fields[1] == 'released' then M.lift(e, document.id(fields[2]), as_of) end
end

return M
