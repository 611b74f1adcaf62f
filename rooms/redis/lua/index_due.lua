-- Returns entries that are due. KEYS: the index. ARGV: how many at most, and how
-- many to skip.
local INDEX = KEYS[1]
local limit, skip = unpack(ARGV)
return redis.call('ZRANGEBYSCORE', INDEX, '-inf', int(now), 'LIMIT', skip, limit)
