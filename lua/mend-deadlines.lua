-- Gives windows of a trigger that have no place in the deadlines one, bit by bit. It is the earliest there is: settling corrects a
-- place that comes up too early, and takes what is due in its order.
--
-- KEYS due         zset    state name -> earliest deadline in ms, a lower bound
-- KEYS windows     hash    key -> window
-- KEYS deadlines   zset    key -> its deadline
-- ARGV name        state name of the trigger
-- ARGV cursor      of HSCAN, '0' to begin with
-- ARGV limit       about how many windows this call looks at
-- RETURNS word, the next cursor
-- WORDS more done
-- RIGHTS first
local scanned = redis.call('HSCAN', keys.windows, args.cursor, 'COUNT', args.limit)
local flat, added = scanned[2], 0
for i = 1, #flat, 2 do added = added + redis.call('ZADD', keys.deadlines, 'NX', 0, flat[i]) end
if added > 0 and redis.call('ZSCORE', keys.due, args.name) then redis.call('ZADD', keys.due, 0, args.name) end
return { scanned[1] == '0' and 'done' or 'more', scanned[1] }
