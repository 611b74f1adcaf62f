-- Appends a message. ARGV: epoch, seat ID and revision, tag of the message's ID,
-- its envelope, the time in ms after which it must not be stored, and '1' if the
-- alias becomes the sender's. If the seat has changed, its envelope is returned.
local wanted, id, revision, tag, envelope, latest, owns = unpack(ARGV)
local epoch, deadline, keeps, burns = burning(wanted)
if not epoch then return 'gone' end
local node, alias, identity, network, seat_revision, seat = seat_of(id)
if not node then return 'unseated' end
if seat_revision ~= revision then return {'seat', seat} end
local ruled_out, owner = unpack(redis.call('HMGET', DOOR, 'v' .. tag, 'w' .. alias)) -- see rule_out, pack_owner
if now > tonumber(latest) or ruled_out then return 'late' end
local sure = owner and string.sub(owner, -1) == 's'
local n = append(epoch, deadline, keeps, burns, 'm', tag, envelope)
if owns == '1' and not sure then confirm_alias(alias, identity, network, deadline) end
return {n}
