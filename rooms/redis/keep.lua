-- Keeps a seat for its identity, which holds it from now on in place of a node.
-- ARGV: epoch, seat ID, ms, seat.
local wanted, id, length, seat = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local node, tag, who = seated(id)
if node then
  redis.call('HSET', P, 's' .. id, place(keeper(who), tag, who, seat))
  redis.call('ZADD', N, int(now + length), keeper(who))
  redis.call('PEXPIREAT', N, int(deadline))
  presence('a', epoch, seat, '')
end
return {}
