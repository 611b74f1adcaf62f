-- Announces that somebody is typing. ARGV: epoch, envelope of the notice.
local wanted, envelope = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
publish_notice('w', epoch, envelope)
return {}
