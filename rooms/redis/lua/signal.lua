-- Announces something that nobody keeps, such as that somebody is typing. ARGV:
-- epoch, letter of the event's kind, envelope of the notice.
local wanted, kind, envelope = unpack(ARGV)
local epoch = burning(wanted)
if not epoch then return 'gone' end
publish_notice(kind, epoch, envelope)
return {}
