-- Shows an identity out for good, also where memory is full. ARGV: epoch, tag of
-- the identity, seat, sealed alias of who does.
local wanted, who, seat, by = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
touch()
redis.call('HSET', M, 'o' .. who, 0)
tell('o', epoch, seat, by)
seats(function(id, _, tag, whose, left)
  if whose == who then unseat(epoch, id, tag, left) end
end)
return {}
