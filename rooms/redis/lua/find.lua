-- Returns the state of the room that burns.
local epoch, deadline = burning('')
if not epoch then return 'gone' end
return state(epoch, deadline)
