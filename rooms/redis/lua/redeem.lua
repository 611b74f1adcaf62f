-- Spends an invitation, or first returns its envelope. ARGV: epoch, tag of its
-- token, tag of the identity, the envelope by which it is let in, and that of the
-- invitation if the server has checked it.
local wanted, token, who, welcome, checked = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local value = redis.call('HGET', DOOR, 'i' .. token)
if not value then return 'spent' end
local till, at = string.match(value, '^(%d+):()')
if not till or now >= tonumber(till) then return 'spent' end
local envelope = string.sub(value, at)
if envelope ~= checked then return {'pass', envelope} end
touch()
if not let_in(who, welcome, deadline) then return 'store' end
redis.call('HDEL', DOOR, 'i' .. token)
redis.call('HINCRBY', META, 'invites', -1)
return {}
