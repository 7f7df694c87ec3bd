-- How many keys hold state (an open window, an alert, child firings): of each automation and of all. Where a quota is
-- used up no further key gets any, while those that are there go on. The numbers are exact and the quotas stand in Redis,
-- so what is refused follows from the log alone, whichever worker applies it.
local limits = include('limits')
local typed = include('typed')

local M = {}

-- State names begin with the id of their automation, written as in a key; '' stands for all of them.
local function owner(name)
  return name:match('^[^+]*')
end

local function now(e, of)
  if not e.used[of] then e.used[of] = tonumber(typed.hash('HGET', e.keys.quota_used, of)) or 0 end
  return e.used[of] + (e.grown[of] or 0)
end

-- Notes how many keys of a trigger got state; negative: lost it.
function M.add(e, name, count)
  if count == 0 then return end
  local of = owner(name)
  e.grown[of] = (e.grown[of] or 0) + count
  e.grown[''] = (e.grown[''] or 0) + count
end

-- Whether a key of this trigger that has no state must stay without; counts those that must.
function M.refuses(e, name)
  if not e.quotas then
    local set = typed.hash('HMGET', e.keys.quotas, 'windows_per_automation', 'windows')
    e.quotas = { automation = tonumber(set[1]) or limits.WINDOWS_PER_AUTOMATION, all = tonumber(set[2]) or limits.WINDOWS }
  end
  local all = now(e, '')
  -- An automation never holds more than all of them, so most of the time it need not be asked for.
  if all < e.quotas.all and (all < e.quotas.automation or now(e, owner(name)) < e.quotas.automation) then return false end
  e.over = e.over + 1
  return true
end

-- Whether an event that meets no state of its key would leave some behind and must not. s: of the trigger.
function M.bars(e, s, arms)
  local stays = arms or not s.kind.after and (s.within > 0 or s.threshold > 1)
  return stays and M.refuses(e, s.name)
end

return M
