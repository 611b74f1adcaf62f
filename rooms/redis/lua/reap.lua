-- Wipes a room that burned out, else returns the ms left, and those until the next
-- of its messages burns or it does. ARGV: epoch.
local epoch, deadline = burning(ARGV[1])
if not epoch then return {0, 0} end
local soon = math.min(deadline, tonumber(redis.call('HGET', META, 'next') or deadline))
return {deadline - now, soon - now}
