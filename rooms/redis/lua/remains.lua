-- Counts the keys that are there of one burning of a room. ARGV: epoch.
local epoch = redis.call('HGET', META, 'ep')
if epoch and epoch ~= ARGV[1] then return {0} end -- all there is is of another
return {redis.call('EXISTS', META, HISTORY, PLACES, LEASES, DOOR, FUSES)}
