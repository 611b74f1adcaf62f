-- Announces somebody at the door of a locked room. It returns 'open' if the room is
-- not locked for them, or the envelope by which they were kicked or admitted. ARGV:
-- epoch, tag of the identity, envelope of the knock or '' for none, the envelope of
-- the admission if the server found it forged, and '1' for the owner of the room.
local wanted, identity, envelope, forged, owner = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local kicked, admitted = decision(identity)
if kicked then return {'kicked', kicked} end
if not is_locked() or owner == '1' then return {'open'} end
if admitted and admitted ~= forged then return {'pass', admitted} end
if envelope ~= '' then publish_notice('k', epoch, envelope) end
return {'shut'}
