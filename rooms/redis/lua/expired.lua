-- Returns the time in ms until a key expires, or -2 if it did.
local META = KEYS[1]
return {redis.call('PTTL', META)}
