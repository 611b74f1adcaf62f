-- Tells who is at the door, or answers that it is open. ARGV: epoch, tag of the
-- identity, seat.
local wanted, who, seat = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local kicked, welcome = door(who)
if kicked then return 'kicked' end
if welcome then return {1} end
tell('k', epoch, seat, '')
return {0}
