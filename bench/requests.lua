-- Sends requests that were made before, so that none of the round goes into making them.

local kept, at, again = {}, 0, true

function init(args)
  again = args[2] == "again"
  local file = assert(io.open(args[1], "rb"))
  while true do
    local length = file:read("*n")
    if not length then break end
    file:read(1)
    kept[#kept + 1] = file:read(length)
  end
  file:close()
end

function request()
  at = at + 1
  if at > #kept then
    if not again then
      -- A second delivery would be answered otherwise: 400 makes the round fail and tell it.
      return "BROKEN\r\n\r\n"
    end
    at = 1
  end
  return kept[at]
end
