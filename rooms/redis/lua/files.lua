-- Returns the envelopes of all files. ARGV: epoch.
local wanted = ARGV[1]
if not burning(wanted) then return 'gone' end
local fields, list = redis.call('HGETALL', FILES), {}
for i = 2, #fields, 2 do list[#list + 1] = fields[i] end
return list
