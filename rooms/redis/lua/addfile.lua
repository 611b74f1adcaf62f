-- Makes a blob a file. If there is one of that name, its envelope is returned. ARGV:
-- epoch, tag of the name, the file's envelope, its size, and the most bytes that all
-- files may have.
local wanted, name, envelope, size, limit = unpack(ARGV)
local epoch, deadline = burning(wanted)
if not epoch then return 'gone' end
local before = redis.call('HGET', FILES, name)
if before then return {'exists', before} end
if counted('files') >= MAX_FILES then return 'files' end
if counted('fbytes') + size > tonumber(limit) then return 'filled' end
redis.call('HINCRBY', META, 'fbytes', size)
redis.call('HINCRBY', META, 'files', 1)
redis.call('HSET', FILES, name, envelope)
expire_at(FILES, deadline)
publish_notice('F', epoch, envelope)
return {}
