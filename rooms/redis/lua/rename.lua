-- Gives a seat another alias. ARGV: epoch, seat ID, tag of the new alias, the
-- seat's revision, its envelope, the one with the alias marked as another's, '1' if
-- it is not to be marked, and the envelope that gives the identity the alias when it
-- comes back, or ''. If the seat has changed, its envelope is returned.
local wanted, id, alias, revision, plain, marked, unmarked, chosen = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local node, was, identity, network, seat_revision, seat = seat_of(id)
if not node then return 'unseated' end
if not_newer(revision, seat_revision) then return {'seat', seat} end
if alias ~= was and redis.call('HEXISTS', PLACES, 'a' .. alias) == 1 then return 'taken' end
if exceeds_aliases(alias, identity) then return 'names' end

if alias ~= was then confirm_if_held(was) end
local envelope = plain
if take_alias(alias, identity, network, deadline) and unmarked ~= '1' then envelope, revision = marked, revision .. 'm' end
if is_beside(seat_revision) then revision = revision .. 'b' end
redis.call('HSET', PLACES, 's' .. id, pack_seat(node, alias, identity, network, revision, envelope), 'a' .. alias, id)
if alias ~= was then redis.call('HDEL', PLACES, 'a' .. was) end
remember_alias(alias, identity, chosen, deadline)
publish_seat('p', epoch, envelope)
return {}
