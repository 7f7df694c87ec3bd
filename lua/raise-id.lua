-- Raises the last id of a source, so that no entry can come at or before it: before a mark says that nothing comes any more, and where a
-- source lost its end, before it goes on.
--
-- KEYS events  stream  the log of the source
-- ARGV behind  given: no entry may stand behind this id, else nothing is raised; '' where that is no matter
-- ARGV to      the id that is to be the last one, or '' for the present
-- ARGV now_ms  virtual time, or '' for the server's
-- RETURNS word, the last id
-- WORDS raised more higher
-- RIGHTS first
local stream = include('stream')
local time = include('time')

if args.behind ~= '' and stream.behind(keys.events, args.behind, 1)[1] then return { 'more', '' } end
local last, to = stream.info(keys.events)['last-generated-id'], args.to
if to == '' then to = string.format('%d-0', tonumber(args.now_ms) or time.now()) end
if not stream.after(to, last) then return { 'higher', last } end
if redis.call('EXISTS', keys.events) == 0 then
  redis.call('XADD', keys.events, to, 'position', '')
  redis.call('XDEL', keys.events, to)
else
  redis.call('XSETID', keys.events, to)
end
return { 'raised', to }
