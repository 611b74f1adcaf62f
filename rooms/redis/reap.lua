-- Wipes a room that burned out, else answers the ms left, and those until the
-- next of its messages burns down or it does. ARGV: epoch.
local epoch, deadline = burning(ARGV[1])
if not epoch then return {0, 0} end
local soon = deadline
for fuse in string.gmatch(redis.call('HGET', M, 'lit') or '', ':(%d+)') do soon = math.min(soon, tonumber(fuse)) end
return {deadline - now, soon - now}
