-- Gives a seat up, also if memory is full. ARGV: epoch, seat ID.
local wanted, id = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local node, alias, _, _, _, envelope = seat_of(id)
if node then unseat(epoch, id, alias, envelope) end
return {}
