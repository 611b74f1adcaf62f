-- Claims the drop, or renews the claim, also if memory is full, and returns
-- the drop's envelope. ARGV: epoch, tag of the claim, its lease in ms.
local wanted, claim, lease = unpack(ARGV)
if not burning(wanted) then return 'gone' end
local meta = redis.call('HMGET', META, 'drop', 'claim', 'claimed')
if not meta[1] then return 'nothing' end
if meta[2] and meta[2] ~= claim and now < tonumber(meta[3]) then return 'claimed' end
touch()
redis.call('HSET', META, 'claim', claim, 'claimed', int(now + lease))
return {meta[1]}
