-- Lists a server no longer. KEYS: the list. ARGV: field of the server.
redis.call('HDEL', KEYS[1], ARGV[1])
return {}
