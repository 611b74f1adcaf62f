-- Answers the ms until the key expires, or -2 where it did.
return {redis.call('PTTL', KEYS[1])}
