-- Gives a seat up, also where memory is full. ARGV: epoch, seat ID.
local epoch = burning(ARGV[1])
if not epoch then return 'gone' end
local node, tag, _, seat = seated(ARGV[2])
if node then unseat(epoch, ARGV[2], tag, seat) end
return {}
