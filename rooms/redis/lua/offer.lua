-- Makes a blob the room's drop. If the room has one already, its envelope is
-- returned. ARGV: epoch, envelope of the drop.
local wanted, envelope = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
local before = redis.call('HGET', META, 'drop')
if before then return {'dropped', before} end
redis.call('HSET', META, 'drop', envelope)
publish_notice('D', epoch, envelope)
return {}
