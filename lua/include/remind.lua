-- Rules 17.7: a firing comes out again and again while its alert lasts.
local alert = include('alert')
local engine = include('engine')
local firing = include('firing')

local M = {}

-- Begins the reminders of an alert that was set or renewed by a firing; as_of: of that. What lies before it does not come out.
function M.start(e, s, b, fired, as_of)
  local options, a = engine.options(e, s), b.alert
  if not options.remind then return end
  local k = math.max(1, math.floor((as_of - fired.time) / options.remind) + 1)
  a.every, a.limit, a.k, a.remind_at = options.remind, options.remind_limit or 0, k, fired.time + k * options.remind
  a.cause, a.fired = fired.cause, fired.doc
  M.stop_at_limit(a)
end

function M.stop_at_limit(a)
  if a.limit > 0 and a.k > a.limit then a.remind_at = false end
end

-- The next reminder comes out.
function M.tell(e, s, b)
  local a = b.alert
  firing.emit(e, firing.of_reminder(engine.trigger(e, s.name), b.key, a, alert.fired(e, s, b), alert.cause(e, s, b)))
  a.k, a.remind_at = a.k + 1, a.remind_at + a.every
  M.stop_at_limit(a)
end

-- What lies at or before as_of is used up and does not come out.
function M.skip(a, as_of)
  if not a.remind_at or a.remind_at > as_of then return end
  local passed = math.floor((as_of - a.remind_at) / a.every) + 1
  a.k, a.remind_at = a.k + passed, a.remind_at + passed * a.every
  M.stop_at_limit(a)
end

return M
