-- Says something. ARGV: epoch, seat ID, sealed message.
local epoch, deadline = burning(ARGV[1])
if not epoch then return 'gone' end
local node, _, seat = seated(ARGV[2])
if not node then return 'unseated' end

local newest = redis.call('HINCRBY', M, 'seq', 1)
local entry = event('m', newest, epoch, seat, ARGV[3])
local kept = redis.call('RPUSH', H, entry)
if kept == 1 then
  redis.call('PEXPIREAT', H, int(deadline))
elseif kept > number('cap') then
  redis.call('LPOP', H)
end
redis.call('PUBLISH', C, entry)
return {newest}
