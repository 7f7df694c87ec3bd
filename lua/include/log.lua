-- The log of events: how a call goes through a chunk of it, and what leaves it without being applied.
local context = include('context')
local dlq = include('dlq')
local engine = include('engine')
local history = include('history')
local own = include('own')
local packed = include('packed')
local unfinished = include('unfinished')
local wire = include('wire')
local write = include('write')

local M = {}

-- A rejected entry: what is wrong with it, and the fields that it was sent with. error, attempts: of one that failed, else false.
-- Answers the fields of one that the engine wrote.
function M.set_aside(e, id, reason, error, attempts)
  local entry = redis.call('XRANGE', e.keys.events, id, id)[1]
  local fields = entry and entry[2] or {}
  local known = own.claimed(fields) and own.has(e.keys, id)
  if known and fields[1] == 'straightened' then fields = own.sent(fields) end
  local forged = known and fields[1] == 'forged'
  if forged then fields = own.sent(fields) end
  local by_engine = known and not forged and own.claimed(fields)
  e.commands[#e.commands + 1] =
    dlq.command(e.keys, e.next_id, 'events', id, reason, error or nil, attempts or 1, fields, by_engine)
  if attempts then history.set_aside(e, id, reason, error, attempts) end
  return by_engine and fields or {}
end

-- Decides entries first..last of the chunk, and puts their words into `words`. Answers the word, and the number of the last one that takes
-- effect.
local function each(e, first, last, step, ev, words)
  local counts = e.counts
  for i = first, last do
    e.deciding = i
    local result, said = step(e, ev, i)
    if not result then return 'more-due', i - 1 end
    words[i - first + 1] = said
    counts[result] = (counts[result] or 0) + 1
    if e.left and i < last then return 'more-due', i end
  end
  return 'applied', last
end

-- The same. Answers the words as well, and what failed.
local function decide(e, first, last, step, ev)
  local words = {}
  local ok, word, reached = pcall(each, e, first, last, step, ev, words)
  if ok then return word, reached, words end
  engine.pass_on(e, dlq.said(word))
  return 'failed', e.deciding - 1, words, word
end

-- Rules 17.1: counts the conditions that could not be answered, by automation. What waits, or was there before, is not asked about.
local function count_failures(e, failures, first, words)
  for i, number in ipairs(failures.entries) do
    local said = words[number - first + 1]
    if said and said:match('^applied') then
      local field = 'where-error:' .. failures.automations[i]
      e.counts[field] = (e.counts[field] or 0) + 1
    end
  end
end

-- Applies the entries of a chunk from number `first` on, up to one that fails or that more has to be settled before; all effects come
-- at once. begin: makes ready to decide; step: reads an entry into `ev`, and answers what became of it and all of its words, or nil to stop
-- before it.
function M.advance(e, chunk, first, begin, step, ev)
  if unfinished.go_on(e) then return { 'more-due', e.position, '', '' } end
  local budget, fault = e.budget, nil
  begin()
  local word, last, words, failed = decide(e, first, chunk.size, step, ev)
  if word == 'failed' then
    -- Nothing has happened yet: what comes before the entry that failed is decided once more, without it.
    fault = dlq.said(failed)
    context.begin(e)
    e.budget = budget
    begin()
    local _
    _, last, words = decide(e, first, last, step, ev)
  end
  e.deciding = false
  if chunk.failures then count_failures(e, chunk.failures, first, words) end
  if last >= first then
    e.position = last == chunk.size and chunk.last or wire.entry_id(chunk, last)
    e.position_at = packed.at_of(chunk, last)
  end
  write.all(e)
  return { word, e.position, engine.wake(e), fault or e.fault, last >= first and table.concat(words, '\n') or nil }
end

return M
