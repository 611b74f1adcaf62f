-- Answers the room that burns.
local epoch, deadline = burning('')
if not epoch then return 'gone' end
return {now, deadline, epoch, number('span'), number('max'), number('cap'), redis.call('HGET', M, 'own'), redis.call('HEXISTS', M, 'lock')}
