-- Keeps a seat for its identity, which holds it from now on instead of a node.
-- ARGV: epoch, seat ID, ms, the seat's revision and envelope. If the seat is another
-- by now, its envelope is returned.
local wanted, id, length, revision, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local node, tag, who, network, now_revision, now_envelope = seated(id)
if node then
  if older(revision, now_revision) then return {'seat', now_envelope} end
  redis.call('HSET', PLACES, 's' .. id, place(keeper(who), tag, who, network, revision, envelope))
  redis.call('ZADD', LEASES, int(now + length), keeper(who))
  expires(LEASES, deadline)
  presence('p', epoch, envelope)
end
return {}
