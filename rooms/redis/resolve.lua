-- Answers the number of a message, or 0 and rules it out for good, also where
-- memory is full. ARGV: epoch, tag of the message's ID.
local epoch, deadline = burning(ARGV[1])
if not epoch then return 'gone' end
local number = said(ARGV[2])
if number == 0 then
  touch()
  redis.call('HSET', M, ruledOut(ARGV[2]), 1)
end
return {number}
