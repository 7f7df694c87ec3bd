-- The event that an absence would report.
local damage = include('damage')
local typed = include('typed')

local M = {}

-- The document of the last event of a window; false: there is none.
function M.event(e, s, b)
  if b.last then return b.last end
  if not b.stored_last then return false end
  local key = e.prefixes.last .. s.name
  local found = typed.hash('HGET', key, b.key)
  if not found and b.opener and s.kind.after then
    damage.lost(e, key, 'was deleted, or fields of it: absences do not name the last event')
  end
  return found
end

return M
