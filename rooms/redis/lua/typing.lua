-- Tells who is writing. ARGV: epoch, the envelope of it.
local epoch = burning(ARGV[1])
if not epoch then return 'gone' end
tell('w', epoch, ARGV[2])
return {}
