-- Keeps a seat for its identity, which holds it from now on in place of a node.
-- ARGV: epoch, seat ID, the identity's tag as a node, ms, sealed seat.
local wanted, id, keeper, length, seat = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local node, tag = seated(id)
if node then
  redis.call('HSET', P, 's' .. id, place(keeper, tag, seat))
  redis.call('ZADD', N, int(now + length), keeper)
  redis.call('PEXPIREAT', N, int(deadline))
  presence('a', epoch, seat, '')
end
return {}
