-- The order of bytes; `<` on strings follows the server's locale.
local M = {}

function M.before(a, b)
  for i = 1, math.min(#a, #b) do
    if a:byte(i) ~= b:byte(i) then return a:byte(i) < b:byte(i) end
  end
  return #a < #b
end

return M
