-- Creates an invitation. ARGV: epoch, tag of its token, ms for which it is valid,
-- and its envelope.
local wanted, token, valid, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
if counted('invites') >= MAX_INVITES then
  purge('invites', 'i', function(value) return now >= tonumber(string.match(value, '^(%d+):') or 0) end)
  if counted('invites') >= MAX_INVITES then return 'invites' end
end
door_add('invites', 'i' .. token, int(now + valid) .. ':' .. envelope, deadline)
return {}
