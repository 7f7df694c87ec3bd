-- Rules 8.2: what is due is settled in order; what is outdated is forgotten.
local alert = include('alert')
local children = include('children')
local damage = include('damage')
local dlq = include('dlq')
local due = include('due')
local engine = include('engine')
local extra = include('extra')
local obligation = include('obligation')
local quota = include('quota')
local record = include('record')
local state = include('state')
local tally = include('tally')
local window = include('window')
local wire = include('wire')

local M = {}

-- A Reactive window is forgotten a while after its end.
local function forget(e, s, b, score)
  local wakes = window.wakes(s, b)
  if wakes > score then return due.set(e, s, b.key, wakes) end
  due.set(e, s, b.key, false)
  window.keep(e, s, b, false)
  window.close(s, b)
end

-- What is remembered until this time goes.
local function outdate(e, s, b, at)
  local is_over = s.kind.proactive and not b.hold and b.keep == at or not s.kind.proactive and b.start and record.kept_until(s, b) == at
  if is_over then window.close(s, b) end
  if b.alert and not b.alert.ends and b.alert.forgotten == at then alert.forget(s, b) end
  if b.extra and b.extra.list_until == at then
    tally.clear(b.extra)
    b.extra.list, b.extra.times, b.extra.list_until, b.extra.wakes = false, false, false, false
  end
  if b.extra then extra.forget(b.extra, at) end
  window.save(e, s, b)
end

local function wake(e, s, b, score)
  local wakes = window.wakes(s, b)
  if wakes <= score then
    local at, what = obligation.first(s, b, b.hold)
    if at == wakes then obligation.settle(e, s, b, what, b.due, b.due) else outdate(e, s, b, wakes) end
    wakes = window.wakes(s, b)
  end
  if wakes then window.move(e, s, b, wakes) end
end

-- One deadline whose time has come, or whose place in the index came too early.
local function visit(e, s, key, score)
  local trigger = engine.trigger(e, s.name)
  if not trigger then return due.set(e, s, key, false) end
  if trigger.type ~= 'event' then return children.forget(e, trigger, key, score) end
  local b = window.of(e, s, key)
  if not window.wakes(s, b) then
    if not b.next then -- others removed the window
      quota.add(e, s.name, -1)
      damage.lost(e, window.hash(e, s), 'was deleted, or a window in it: what was counted, and absences, are lost')
    end
    return due.set(e, s, key, false)
  end
  return (s.kind.whole and wake or forget)(e, s, b, score)
end

-- A deadline that cannot be met holds up neither the others nor the log, unless the others would fail as well: then the call fails.
-- What can still be read of the window keeps its place in the deadlines.
local function isolate(e, item, fault)
  e.fault = dlq.said(fault)
  if dlq.is_refusal(e.fault) then error(fault, 0) end
  engine.pass_on(e, e.fault)
  local s, at = item.s, false
  local b = state.window(s, item.key)
  local wakes = b and window.wakes(s, b)
  if wakes and wakes > item.at then at = wakes elseif not b or b.kept then quota.add(e, s.name, -1) end
  due.set(e, s, item.key, at)
  local entry = e.deciding and wire.entry_id(e.chunk, e.deciding) or e.position
  local where = 'cannot be settled: ' .. s.name .. ':' .. item.key
  e.commands[#e.commands + 1] = dlq.command(e.keys, e.next_id, 'windows', entry, where, e.fault, 1, {})
end

-- 8.2: settles and forgets everything that is due at as_of, at most e.budget deadlines. Answers whether nothing is left.
function M.catch_up(e, as_of)
  while e.head <= as_of do
    if e.budget <= 0 then return false end
    local item = due.first(e, as_of)
    if not item then return true end
    e.budget = e.budget - 1
    local ok, fault = pcall(visit, e, item.s, item.key, item.at)
    if not ok then isolate(e, item, fault) end
  end
  return true
end

return M
