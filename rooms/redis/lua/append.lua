-- Appends a message. ARGV: epoch, seat ID and revision, tag of the message's ID,
-- its envelope, the time in ms after which it must not be stored, and '1' if the
-- alias becomes the sender's. If the seat has changed, its envelope is returned.
local wanted, id, revision, tag, envelope, latest, owns = unpack(ARGV)
local epoch, deadline, keeps = burning(wanted)
if not epoch then return 'gone' end
local node, alias, identity, network, seat_revision, seat = seat_of(id)
if not node then return 'unseated' end
if seat_revision ~= revision then return {'seat', seat} end
if now > tonumber(latest) or ruled_out(tag) then return 'late' end
local n = append(epoch, deadline, keeps, 'm', tag, envelope)
if owns == '1' then confirm_alias(alias, identity, network, deadline) end
return {n}
