-- Sends what a dead letter holds on its way again and removes the letter, in one step: a crash neither loses nor doubles it.
-- An event goes to the end of the log, what a source brought as the events that its map makes of it now, a firing to the end of the ledger in place of the one that was given up.
--
-- KEYS dead     stream  dead letters
-- KEYS events   stream  the log
-- KEYS firings  stream  ledger and outbox
-- KEYS own      zset    ids of entries that the engine wrote itself -> their ms
-- KEYS outdated zset  <revision>:<id> of replaced documents -> until when firings named them, in ms
-- ARGV letter   stream id of the letter
-- ARGV now_ms   virtual time, or '' for the server's
-- ARGV entries… what it is sent as, where that is not what it keeps: of each entry how many texts it has, and these
-- RETURNS word, id of the new entry or ''
-- WORDS redriven gone unfit
-- RIGHTS first
local dlq = include('dlq')
local limits = include('limits')
local own = include('own')
local revision = include('revision')

local found = dlq.read(keys, args.letter)
if not found then return { 'gone', '' } end
local next_id = args.now_ms == '' and '*' or args.now_ms .. '-*'

-- What a source brought, as what its map makes of it.
local function send_mapped()
  local at, last = args.entries + 1, nil
  while ARGV[at] do
    local count = tonumber(ARGV[at])
    last = redis.call('XADD', keys.events, next_id, unpack(ARGV, at + 1, at + count))
    at = at + 1 + count
  end
  return last
end

-- What an event or a firing was, as it was.
local function send_again()
  local stream = ({ events = keys.events, firings = keys.firings })[found.source or '']
  local fields = dlq.fields(found)
  if not stream or #fields == 0 or #fields > limits.REDRIVE_VALUES then return nil end
  local entry = redis.call('XADD', stream, next_id, unpack(fields))
  if found.source == 'events' and found.own then own.mark(keys, entry) end
  if found.source == 'firings' then
    redis.call('XDEL', stream, found.entry)
    revision.hold(keys.outdated, fields, entry)
  end
  return entry
end

local entry = (found.source == 'sources' and send_mapped or send_again)()
if not entry then return { 'unfit', '' } end
redis.call('XDEL', keys.dead, args.letter)
return { 'redriven', entry }
