-- The index of deadlines, in two levels: `due` holds triggers, `deadlines` the keys of one trigger. One set of all keys would need
-- automation and place in every member to settle in the right order; here a member is the key alone. A trigger is disabled by
-- taking one member out, and a deleted one leaves one set to remove.
-- A score is never later than the truth, and a score that comes up too early is corrected then. So a heartbeat moves its deadline
-- by writing its window alone, and the index is corrected once a window instead of once an event.
-- A call reads what is due in pages and takes it in order: time, state name, key. What it moves stands in memory until the end.
local bytes = include('bytes')
local damage = include('damage')
local engine = include('engine')
local limits = include('limits')
local queue = include('queue')
local state = include('state')
local typed = include('typed')

local M = {}

local PAGE = limits.DUE_PAGE

local function more_triggers(e)
  e.due = redis.call('ZRANGE', e.keys.due, '-inf', engine.int(e.bound), 'BYSCORE', 'LIMIT', e.due_offset, PAGE, 'WITHSCORES')
  e.due_at, e.due_offset = 1, e.due_offset + PAGE
end

-- Reads what is due up to `bound` (ms), as far as it is needed.
function M.begin(e, bound)
  local top = redis.call('ZRANGE', e.keys.due, 0, 0, 'WITHSCORES')
  e.head, e.bound = tonumber(top[2]) or math.huge, bound
  if e.head <= bound then more_triggers(e) else e.beyond = e.head end
end

-- The name of the sorted set of a trigger's deadlines.
function M.key(e, s)
  return e.prefixes.deadlines .. s.name
end

-- What is known of a trigger's deadlines.
function M.of(e, s)
  if s.deadlines then return s.deadlines end
  state.touch(e, s)
  s.deadlines = --[[deadlines]] {
    places = {}, -- new places: key -> ms, or false for none
    visited = false, -- whether some were taken from the index, so that its earliest is another one now
    page = false, page_at = 1, -- a page of those that are due: key, score, key, score …; where we are in it
    offset = 0, -- how many came in the pages before it
    unread = false, -- whether the windows of the page are still to be read
  }
  return s.deadlines
end

local function read_page(e, s, d)
  d.page = typed.call('zset', 'ZRANGE', M.key(e, s), '-inf', engine.int(e.bound), 'BYSCORE', 'LIMIT', d.offset, PAGE, 'WITHSCORES')
  d.unread = #d.page > 2
end

-- Puts the next deadline of a trigger's page into the queue.
local function take_next(e, s)
  local d = s.deadlines
  if d.page_at > #d.page then
    if #d.page < 2 * PAGE then return end
    d.offset, d.page_at = d.offset + PAGE, 1
    read_page(e, s, d)
    if not d.page[1] then return end
  end
  queue.insert(e.queue, { at = tonumber(d.page[d.page_at + 1]), key = d.page[d.page_at], s = s, paged = true })
  d.page_at = d.page_at + 2
end

local function activate(e, name)
  local trigger = engine.trigger(e, name)
  if not trigger then return damage.later(e, e.prefixes.trigger .. name, 'mended', 'was deleted: it is made anew, its deadlines wait for it') end
  local s = state.of(e, name, trigger)
  local d = M.of(e, s)
  d.visited, d.page_at, d.offset = true, 1, 0
  read_page(e, s, d)
  if d.page[1] then take_next(e, s) end
end

-- The first deadline at or before `limit`, which is not beyond e.bound: { at, key, s }, or nil. It is taken away.
function M.first(e, limit)
  local items = e.queue
  while true do
    local top, name = items[#items], e.due[e.due_at]
    local score = name and tonumber(e.due[e.due_at + 1])
    if name and score <= limit and not (top and (top.at < score or top.at == score and bytes.before(top.s.name, name))) then
      e.due_at = e.due_at + 2
      if e.due_at > 2 * PAGE then more_triggers(e) end
      activate(e, name)
    elseif top and top.at <= limit then
      items[#items] = nil
      if top.paged then take_next(e, top.s) end
      local following = items[#items]
      e.head = math.min(following and following.at or math.huge, score or e.beyond)
      return top
    else
      e.head = math.min(top and top.at or math.huge, score or e.beyond)
      return nil
    end
  end
end

-- Notes when a key is to be looked at: ms, or false when there is nothing left to wait for.
function M.set(e, s, key, at)
  local d = s.deadlines or M.of(e, s)
  d.places[key] = at
  if not at then return end
  if at < e.head then e.head = at end
  if at <= e.bound then
    queue.insert(e.queue, { at = at, key = key, s = s, paged = false })
  elseif at < e.beyond then
    e.beyond = at
  end
end

return M
