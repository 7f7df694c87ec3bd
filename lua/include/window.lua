-- What the rules do with the window of a trigger and key (record.lua), and what is noted of it for the end of the call.
local due = include('due')
local extra = include('extra')
local limits = include('limits')
local notation = include('notation')
local quota = include('quota')
local record = include('record')
local state = include('state')
local tally = include('tally')
local typed = include('typed')

local M = {}

M.wakes, M.text = record.wakes, notation.text

-- The window that a text tells of, false for none. Of one that cannot be read a text that says what is wrong.
local function made(e, s, key, text)
  local b = (s.kind.whole and record.whole or record.reactive)(key, text and true, s.kind.rich)
  if text and not pcall(notation.read, b, text) then
    return M.hash(e, s) .. ': the window of ' .. key .. ' cannot be read: ' .. text:sub(1, limits.QUOTE_CHARACTERS)
  end
  if text and s.kind.whole then b.listed = record.wakes(s, b) end
  state.add(s, b)
  return b
end

function M.hash(e, s)
  return e.prefixes.windows .. s.name
end

-- Reads the window of a key that nothing is known of yet; answers it, or what is wrong with it.
function M.read(e, s, key)
  return made(e, s, key, typed.hash('HGET', M.hash(e, s), key))
end

-- The same of many keys.
function M.read_all(e, s, keys)
  local found = {}
  for from = 1, #keys, limits.SLICE do
    local last = math.min(#keys, from + limits.SLICE - 1)
    local texts = typed.hash('HMGET', M.hash(e, s), unpack(keys, from, last))
    for i = from, last do found[i] = made(e, s, keys[i], texts[i - from + 1]) end
  end
  return found
end

-- The window of a key, read when it is not known yet; with all others of a page of deadlines, if it is in one.
function M.of(e, s, key)
  if s.deadlines and s.deadlines.unread then
    s.deadlines.unread = false
    local keys, page = {}, s.deadlines.page
    for i = 1, #page, 2 do
      if not state.window(s, page[i]) then keys[#keys + 1] = page[i] end
    end
    if keys[1] then M.read_all(e, s, keys) end
    s.wanted = keys
  end
  local b = state.window(s, key) or M.read(e, s, key)
  if type(b) == 'string' then error(b, 0) end
  return b
end

-- Opens the window of a Proactive trigger. opener: id of the event that opens it, false for a standing window without key or one
-- that goes on.
function M.open(b, start, finish, count, as_of, opener)
  b.start, b.finish, b.count, b.due = start, finish, count, math.max(finish, as_of)
  b.opener, b.armed, b.head = opener or b.opener, false, false
  if b.extra then tally.clear(b.extra) end
end

function M.close(s, b)
  b.start, b.finish, b.count, b.due, b.head = false, false, false, false, false
  if not s.kind.whole then return end
  if b.extra then tally.clear(b.extra) end
  b.keep, b.silent, b.opener, b.armed, b.last, b.stored_last = false, false, false, false, false, false
end

-- Notes that it changed. Of a Reactive window whose count alone changed there is nothing else to say.
function M.change(e, s, b)
  if b.next then return end
  state.touch(e, s)
  b.next, s.changed = s.changed or true, b
end

-- Notes whether there still is anything to keep of it.
function M.keep(e, s, b, kept)
  M.change(e, s, b)
  if kept == b.kept then return end
  b.kept = kept
  quota.add(e, s.name, kept and 1 or -1)
end

-- Notes what a rule left of a Proactive window, and its place in the deadlines.
function M.save(e, s, b)
  local kept = (b.start or b.alert or b.hold or b.extra and not extra.is_empty(b.extra)) and true or false
  if not kept and not b.kept and not b.next then return end
  b.head, b.stem = false, false
  M.keep(e, s, b, kept)
  local at = kept and record.wakes(s, b)
  if not kept then
    b.listed = false
    due.set(e, s, b.key, false)
  elseif at and not (b.listed and b.listed <= at) then
    M.move(e, s, b, at)
  end
end

-- Gives it another place in the deadlines; at: ms.
function M.move(e, s, b, at)
  if s.kind.whole then b.listed = at end
  due.set(e, s, b.key, at)
end

return M
