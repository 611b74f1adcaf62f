-- Gives a claim up. ARGV: epoch, tag of the claim.
local wanted, claim = unpack(ARGV)
if not burning(wanted) then return 'gone' end
if redis.call('HGET', META, 'claim') == claim then redis.call('HDEL', META, 'claim', 'claimed') end
return {}
