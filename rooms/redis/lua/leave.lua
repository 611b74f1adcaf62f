-- Gives a seat up, also if memory is full. ARGV: epoch, seat ID.
local epoch = burning(ARGV[1])
if not epoch then return 'gone' end
local node, tag, _, _, _, envelope = seated(ARGV[2])
if node then unseat(epoch, ARGV[2], tag, envelope) end
return {}
