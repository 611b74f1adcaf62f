-- Spends an invitation. ARGV: epoch, tag of its token, tag of the identity.
local wanted, token, who = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local till = redis.call('HGET', M, 'i' .. token)
if not till then return 'spent' end
touch()
redis.call('HDEL', M, 'i' .. token)
if now >= tonumber(till) then return 'spent' end
letIn(who)
return {}
