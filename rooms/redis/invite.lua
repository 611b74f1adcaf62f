-- Makes an invitation. ARGV: epoch, tag of its token, ms for which it is good.
local wanted, token, valid = unpack(ARGV)
if not burning(wanted) then return 'gone' end
redis.call('HSET', M, 'i' .. token, int(now + valid))
return {}
