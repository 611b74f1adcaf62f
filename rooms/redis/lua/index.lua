-- Notes when a room is to be swept up. KEYS: the index alone, which lies in
-- another slot than rooms. ARGV: entry, ms from now, ms that the index outlives
-- its last entry.
local entry, left, slack = unpack(ARGV)
redis.call('ZADD', KEYS[1], int(now + left), entry)
if redis.call('PTTL', KEYS[1]) < left + slack then
  redis.call('PEXPIREAT', KEYS[1], int(now + left + slack))
end
return {}
