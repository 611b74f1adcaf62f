-- Wipes a room that burned out, else answers the ms left. ARGV: epoch.
local epoch, deadline = burning(ARGV[1])
if not epoch then return {0} end
return {deadline - now}
