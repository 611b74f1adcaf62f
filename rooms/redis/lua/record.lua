-- Replaces the servers' record. KEYS: the record. ARGV: envelope, and ms for which it
-- is kept.
redis.call('HDEL', KEYS[1], '') -- as touch
redis.call('HSET', KEYS[1], 'v', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return {}
