-- append adds a message to HISTORY, publishes it and returns its number. The room keeps
-- so many messages; without burns, FUSES is empty. kind is 'm', or 'u' for one that was
-- taken back.
local function append(epoch, deadline, keeps, burns, kind, tag, envelope)
  local newest = redis.call('HINCRBY', META, 'seq', 1)
  local entry = event(kind, newest, epoch, tag, envelope)
  local length = redis.call('RPUSH', HISTORY, entry)
  if length == 1 then
    expire_at(HISTORY, deadline)
  elseif length > keeps then
    redis.call('LPOP', HISTORY)
    if burns then redis.call('HDEL', FUSES, int(newest - length + 1)) end
  end
  publish(entry)
  return newest
end
