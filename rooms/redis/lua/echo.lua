-- Publishes a token. KEYS: a channel, of a room or of a watchdog. ARGV: token.
local CHANNEL, token = KEYS[1], ARGV[1]
redis.call('PUBLISH', CHANNEL, token)
return {}
