-- Says something. ARGV: epoch, seat ID, tag of the message's ID, sealed message.
local wanted, id, tag, body = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local node, _, _, seat = seated(id)
if not node then return 'unseated' end
if redis.call('HEXISTS', M, ruledOut(tag)) == 1 then return 'late' end
return {say(epoch, deadline, seat, tag, body)}
