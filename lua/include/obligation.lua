-- What has to be decided for a key at some time: the end of an absence's window or of an alert, and reminders. What is only forgotten
-- at a time is no obligation (settle.lua).
local absence = include('absence')
local active = include('active')
local remind = include('remind')
local window = include('window')

local M = {}

-- The first of them, windows before alerts before reminders: time and name, or nil. held: without the window.
function M.first(s, b, held)
  local at, what = math.huge, nil
  if s.kind.proactive and b.start and not held then at, what = b.finish, 'window' end
  local a = b.alert
  if not a then return at, what end
  if a.ends and a.ends < at then at, what = a.ends, 'alert' end
  if a.remind_at and a.remind_at < at then at, what = a.remind_at, 'reminder' end
  return at, what
end

-- at: the time the window is settled with; as_of: that of the settlement.
function M.settle(e, s, b, what, at, as_of)
  if what == 'window' then return absence.settle(e, s, b, at, as_of) end
  if what == 'alert' then active.lapse(e, s, b) else remind.tell(e, s, b) end
  window.save(e, s, b)
end

-- 7.1, 3.1: what lies at or before an event's own time is settled before the event.
function M.settle_own(e, s, b, ev)
  local at, what = M.first(s, b, false)
  while at <= ev.t do
    M.settle(e, s, b, what, ev.t, ev.as_of)
    at, what = M.first(s, b, false)
  end
end

return M
