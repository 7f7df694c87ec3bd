-- Documents that were replaced or deleted and that firings on their way still name.
local stream = include('stream')

local M = {}

-- A firing that names such a document waits from now on as the entry of that id, in the ledger or among the dead letters.
function M.hold(outdated, fields, entry)
  local firing = stream.named(fields)
  local member = (firing.revision or '') .. ':' .. (firing.automation or '')
  redis.call('ZADD', outdated, 'XX', 'GT', entry:match('^%d+'), member)
end

return M
