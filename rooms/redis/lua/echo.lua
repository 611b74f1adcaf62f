-- Publishes a token on a channel that is no room's. KEYS: the channel alone.
redis.call('PUBLISH', KEYS[1], ARGV[1])
return {}
