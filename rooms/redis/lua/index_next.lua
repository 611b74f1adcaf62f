-- Answers the entries of rooms that still burn, the soonest to end first. KEYS:
-- the index alone. ARGV: how many at most.
return redis.call('ZRANGEBYSCORE', KEYS[1], int(now), '+inf', 'LIMIT', 0, ARGV[1])
