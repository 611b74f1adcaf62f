-- Returns the epoch of the last room if it was taken, and the envelope of that. A
-- room that burns out meanwhile is not wiped here: this only reads.
local taken = redis.call('HMGET', TAKEN, 'ep', 'taken')
if not taken[1] or not taken[2] then return 'gone' end
return {taken[1], taken[2]}
