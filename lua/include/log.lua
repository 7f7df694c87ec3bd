-- The log of events: positions in it, and what leaves it without being applied.
local engine = include('engine')
local dlq = include('dlq')

local M = {}

-- A rejected entry: what is wrong with it, and its own fields. error, attempts: of one that failed, else nil.
function M.set_aside(e, id, reason, error, attempts)
  local entry = redis.call('XRANGE', e.keys.events, id, id)[1]
  dlq.write(e.keys, e.next_id, 'events', id, reason, error, attempts or 1, entry and entry[2] or {})
end

-- Applies the entries ids[first..] in order; acknowledges and counts what took effect, also when one fails or time is short.
-- Position and acknowledgements are written once, at the end, for the prefix that took effect: Redis replicates and persists the
-- effects of a script as one unit, so nothing can come between.
-- step: answers what became of the next entry and all of its words, or nil to stop before it. undo: for one set aside half-way.
function M.advance(e, group, ids, first, step, undo)
  local answer, counts, words, last = { 'applied', '', '', '' }, {}, {}, first - 1
  for i = first, #ids do
    e.entry = ids[i]
    local ok, result, said = pcall(step)
    if not ok then
      answer[4] = dlq.said(result)
      -- An entry whose effects are partly there must not be tried again: it would count twice, or pass for a duplicate.
      if e.begun ~= e.entry or not pcall(M.set_aside, e, e.entry, 'failed half-way', answer[4]) then
        answer[1] = 'failed'
        break
      end
      undo(e)
      result, said = 'rejected', 'rejected'
    end
    if not result then
      answer[1] = 'more-due'
      break
    end
    e.position, last, words[#words + 1] = e.entry, i, said
    counts[result] = (counts[result] or 0) + 1
  end
  if last >= first then
    redis.call('SET', e.keys.position, e.position)
    redis.call('XACK', e.keys.events, group, unpack(ids, first, last))
    answer[5] = table.concat(words, '\n')
  end
  if e.clock_moved then redis.call('HSET', e.keys.clock, 'newest', e.newest, 'arrival', e.arrival) end
  for word, count in pairs(counts) do redis.call('HINCRBY', e.keys.counters, word, count) end
  answer[2], answer[3] = e.position, engine.wake(e)
  if answer[4] == '' then answer[4] = e.fault end
  return answer
end

return M
