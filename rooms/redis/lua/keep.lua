-- Keeps a seat for its identity. From then on a keeper holds it instead of a node.
-- ARGV: epoch, seat ID, ms for which it is kept, the seat's revision and envelope.
-- If the seat has changed, its envelope is returned.
local wanted, id, duration, revision, envelope = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local node, alias, identity, network, seat_revision, seat = seat_of(id)
if node then
  if not_newer(revision, seat_revision) then return {'seat', seat} end
  if is_beside(seat_revision) then revision = revision .. 'b' end
  redis.call('HSET', PLACES, 's' .. id, pack_seat(keeper(identity), alias, identity, network, revision, envelope))
  redis.call('ZADD', LEASES, int(now + duration), keeper(identity))
  expire_at(LEASES, deadline)
  publish_seat('p', epoch, envelope)
end
return {}
