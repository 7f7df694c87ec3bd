-- Decides what becomes of a firing's actions where that depends on others, budget and group, and records all that does not go out at once:
-- once, however often a firing is relayed.
--
-- KEYS outcomes       hash  firing id -> what of it was kept back, as JSON; `bytes`
-- KEYS outcome_times  zset  firing id -> when, in ms
-- KEYS muted          hash  automation, labels -> the firing whose alert nobody was told of
-- KEYS budgets        hash  automation id -> closing of its budget, until when in ms
-- KEYS waiting        zset  what goes out later -> when, in ms
-- KEYS needed         zset  entry of the ledger, what needs it -> ms of the entry
-- KEYS grouping       hash  what a group is of -> its id
-- ARGV prefixes       JSON  of src/redis/keys.ts
-- ARGV call           JSON  firing, entry, bytes, automation, revision, labels, now: of which firing, and when in ms
-- ARGV plan           JSON  shares of its actions: what becomes of them as far as the firing says; budget; mutes: actions by which people hear of an alert that it begins
-- ARGV released       until when it was held, in ms, when it comes from there; else ''
-- RETURNS word, what is recorded as JSON or ''
-- WORDS passed known
-- RIGHTS first
local budget = include('budget')
local group = include('group')
local outcomes = include('outcomes')
local waiting = include('waiting')

local prefixes, call, plan = cjson.decode(args.prefixes), cjson.decode(args.call), cjson.decode(args.plan)
local record = outcomes.read(keys, call.firing)
local marks, fresh = record and record.marks or {}, args.released == ''
for _, mark in ipairs(marks) do
  if mark.what == 'held' and not mark.released and string.format('%d', mark.till) == args.released then
    mark.released, fresh = call.now, true
  end
end
if not fresh or (record and args.released == '') then return { 'known', record and cjson.encode(record) or '' } end

local out = {}
local function add(share, what, more)
  local mark = { at = call.now, what = what, actions = share.actions }
  for name, value in pairs(share.mark or {}) do mark[name] = value end
  for name, value in pairs(more or {}) do mark[name] = value end
  table.insert(marks, mark)
end

local closing, asked
for _, share in ipairs(plan.shares) do
  local goes = share.what == 'send' or share.what == 'grouped'
  if goes and share.counted and not asked then
    asked, closing = true, budget.holds(keys, prefixes, call, plan.budget)
  end
  if goes and share.counted and closing then
    add(share, 'held back', { closing = closing, why = string.format('the budget of %d firings a minute is used up', plan.budget) })
  elseif share.what == 'grouped' then
    for _, index in ipairs(share.actions) do
      share.group.index = string.format('%d', index)
      add({ actions = { index } }, 'grouped', { group = group.join(keys, prefixes, call, share.group) })
    end
  elseif share.what ~= 'send' then
    add(share, share.what)
    if share.what == 'held' then
      local member = string.format('h %d %s', share.mark.till, call.entry)
      waiting.add(keys, member, share.mark.till)
      waiting.need(keys, call.entry, member)
    end
  end
  for _, index in ipairs(share.actions) do
    out[index] = goes and not (share.counted and closing)
  end
end

if plan.mutes then
  local told = false
  for _, index in ipairs(plan.mutes) do told = told or out[index] end
  local key = call.automation .. ' ' .. call.labels
  if told then redis.call('HDEL', keys.muted, key) else redis.call('HSET', keys.muted, key, call.firing) end
end
if #marks == 0 then return { 'passed', '' } end
return { 'passed', outcomes.write(keys, call.firing, { key = call.automation .. ' ' .. call.labels, marks = marks }, call.now) }
