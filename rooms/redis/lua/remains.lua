-- Counts the keys that exist of one epoch of a room. ARGV: epoch.
local wanted = ARGV[1]
local epoch = redis.call('HGET', META, 'ep')
if epoch and epoch ~= wanted then return {0} end -- all keys are of another epoch
return {redis.call('EXISTS', META, HISTORY, PLACES, LEASES, DOOR, FUSES, BLOBS, FILES)}
