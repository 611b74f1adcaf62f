-- Adds a room to the index. KEYS: the index, which is in another slot than rooms.
-- ARGV: entry, time in ms until it is due, and by how many ms the index outlives
-- its last entry.
local INDEX = KEYS[1]
local entry, left, slack = unpack(ARGV)
redis.call('ZADD', INDEX, int(now + left), entry)
if redis.call('PTTL', INDEX) < left + slack then
  redis.call('PEXPIREAT', INDEX, int(now + left + slack))
end
return {}
