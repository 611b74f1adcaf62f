-- Returns the time, the number of the newest message, what was said after a
-- number, and the fuses. ARGV: epoch, number.
if not burning(ARGV[1]) then return 'gone' end
local newest = number('seq')
return {now, newest, since(tonumber(ARGV[2]), newest)}
