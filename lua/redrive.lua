-- Sends what a dead letter holds on its way again and removes the letter, in one step: a crash neither loses nor doubles it.
-- An event goes to the end of the log, a firing to the end of the ledger in place of the one that was given up.
--
-- KEYS dead     stream  dead letters
-- KEYS events   stream  the log
-- KEYS firings  stream  ledger and outbox
-- KEYS own      zset    ids of entries that the engine wrote itself -> their ms
-- KEYS outdated zset  <revision>:<id> of replaced documents -> until when firings named them, in ms
-- ARGV letter   stream id of the letter
-- ARGV now_ms   virtual time, or '' for the server's
-- RETURNS word, id of the new entry or ''
-- WORDS redriven gone unfit
-- RIGHTS first
local dlq = include('dlq')
local limits = include('limits')
local own = include('own')
local revision = include('revision')

local found = dlq.read(keys, args.letter)
if not found then return { 'gone', '' } end
local stream = ({ events = keys.events, firings = keys.firings })[found.source or '']
local fields = dlq.fields(found)
if not stream or #fields == 0 or #fields > limits.REDRIVE_VALUES then return { 'unfit', '' } end

local entry = redis.call('XADD', stream, args.now_ms == '' and '*' or args.now_ms .. '-*', unpack(fields))
if found.source == 'events' and found.own then own.mark(keys, entry) end
if found.source == 'firings' then
  redis.call('XDEL', stream, found.entry)
  revision.hold(keys.outdated, fields, entry)
end
redis.call('XDEL', keys.dead, args.letter)
return { 'redriven', entry }
