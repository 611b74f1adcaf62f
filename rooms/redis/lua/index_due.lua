-- Answers the entries of rooms whose time has come. KEYS: the index alone.
-- ARGV: how many at most.
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now), 'LIMIT', 0, ARGV[1])
