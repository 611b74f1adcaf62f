-- Returns entries that are not yet due, the earliest first. KEYS: the index. ARGV:
-- how many at most.
local INDEX, limit = KEYS[1], ARGV[1]
return redis.call('ZRANGEBYSCORE', INDEX, int(now), '+inf', 'LIMIT', 0, limit)
