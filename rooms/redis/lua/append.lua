-- Says something. ARGV: epoch, seat ID and its revision, tag of the message's ID,
-- its envelope, and the time in ms after which it must not be said any more. If the
-- seat is another by now, its envelope is returned.
local wanted, id, revision, tag, envelope, till = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local node, alias, who, network, now_revision, seat = seated(id)
if not node then return 'unseated' end
if now_revision ~= revision then return {'seat', seat} end
if now > tonumber(till) or ruled_out(tag) then return 'late' end
local n = append(epoch, deadline, tag, envelope)
spoke(alias, who, network, deadline)
return {n}
