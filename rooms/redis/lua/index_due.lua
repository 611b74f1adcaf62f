-- Answers the entries of rooms whose time has come. KEYS: the index alone.
-- ARGV: how many at most, and how many to pass over.
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', int(now), 'LIMIT', ARGV[2], ARGV[1])
