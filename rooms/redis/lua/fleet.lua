-- Lists a server, and returns the servers' record and the envelopes of all that are
-- listed. KEYS: the list, and the record. ARGV: field and envelope of the server, ms
-- for which it is listed, ms for which the record is kept, and the most servers.
local SERVERS, RECORD = unpack(KEYS)
local field, envelope, lease, kept, most = unpack(ARGV)
redis.call('HDEL', SERVERS, '') -- as touch: the list is small, also if memory is full
if redis.call('HLEN', SERVERS) >= tonumber(most) and redis.call('HEXISTS', SERVERS, field) == 0 then
  redis.call('UNLINK', SERVERS) -- those that run list themselves again
end
redis.call('HSET', SERVERS, field, int(now + lease) .. ':' .. envelope)
redis.call('PEXPIRE', SERVERS, lease)
redis.call('PEXPIRE', RECORD, kept)
local reply = { redis.call('HGET', RECORD, 'v') or '' }
local all = redis.call('HGETALL', SERVERS)
for i = 1, #all, 2 do
  local colon = string.find(all[i + 1], ':', 1, true) or 1
  local lapses = tonumber(string.sub(all[i + 1], 1, colon - 1))
  if lapses and lapses > now and #reply <= tonumber(most) then
    reply[#reply + 1] = string.sub(all[i + 1], colon + 1)
  else
    redis.call('HDEL', SERVERS, all[i])
  end
end
return reply
