-- Announces that somebody carries out the actions of a type. Firings that were decided later are theirs; earlier ones are not, whenever
-- they are relayed, so no job is made twice.
--
-- KEYS handlers  hash  type of an action -> since when it is announced, in ms, a space, its JSON Schema
-- ARGV type      the type
-- ARGV schema    JSON Schema of its actions
-- ARGV now_ms    virtual time, or '' for the server's
-- RETURNS word, since when in ms
-- WORDS announced known
-- RIGHTS first
local time = include('time')

local found = redis.call('HGET', keys.handlers, args.type)
local since = found and found:match('^(%d+) ')
local at = since or string.format('%d', tonumber(args.now_ms) or time.now())
local text = at .. ' ' .. args.schema
if found ~= text then redis.call('HSET', keys.handlers, args.type, text) end
return { since and 'known' or 'announced', at }
