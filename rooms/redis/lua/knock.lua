-- Tells who is at the door, or returns the envelope by which they were let in, or
-- that it is open. ARGV: epoch, tag of the identity, the envelope of the knock or ''
-- for none, the one by which they were let in, if the server has found it forged, and whether
-- they lit the room.
local wanted, who, envelope, forged, owner = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local out, let = door(who)
if out then return {'kicked', out} end
if not is_locked() or owner == '1' then return {'open'} end
if let and let ~= forged then return {'pass', let} end
if envelope ~= '' then tell('k', epoch, envelope) end
return {'shut'}
