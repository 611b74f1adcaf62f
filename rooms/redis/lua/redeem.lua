-- Consumes an invitation. ARGV: epoch, tag of its token, tag of the identity, the
-- envelope by which the identity is admitted, and the envelope of the invitation if
-- the server has checked it. Before that, it returns the latter for the check.
local wanted, token, identity, welcome, checked = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local value = redis.call('HGET', DOOR, 'i' .. token)
if not value then return 'spent' end
local ends, at = string.match(value, '^(%d+):()')
if not ends or now >= tonumber(ends) then return 'spent' end
local envelope = string.sub(value, at)
if envelope ~= checked then return {'pass', envelope} end
touch()
if not admit(identity, welcome, deadline) then return 'store' end
redis.call('HDEL', DOOR, 'i' .. token)
redis.call('HINCRBY', META, 'invites', -1)
return {}
