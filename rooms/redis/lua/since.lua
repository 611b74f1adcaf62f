-- Returns the time, the number of the newest message, the entries after a message,
-- and the fuses. ARGV: epoch, number of the message.
local wanted, after = unpack(ARGV)
if not burning(wanted) then return 'gone' end
local newest = meta_number('seq')
return {now, newest, since(tonumber(after), newest)}
