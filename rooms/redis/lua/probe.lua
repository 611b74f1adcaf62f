-- Tries each command that scripts use, on keys of no room, and returns those that
-- Redis refuses. ARGV: ms after which what it writes expires.
local META, HISTORY, PLACES, LEASES, CHANNEL = unpack(KEYS)
local lifetime = ARGV[1]
local refused = {}

local function try(command, ...)
  local reply = redis.pcall(command, ...)
  local err = type(reply) == 'table' and reply.err
  if not err then return reply end
  local code = string.match(err, '^(%u+) ')
  if not code or code == 'ERR' or code == 'NOPERM' then
    refused[#refused + 1] = command
  elseif code ~= 'OOM' then
    error(reply)
  end
end

-- TIME comes first: without it there is no expiry to try.
local time = try('TIME')
if not time then return refused end
local expiry = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + lifetime)

try('HSET', META, 'f', 'v')
try('HSETNX', META, 'f', 'v')
try('HINCRBY', META, 'n', 1)
local pushed = try('RPUSH', HISTORY, 'v')
try('ZADD', LEASES, 1, 'v')
try('PEXPIREAT', META, expiry)
try('PEXPIRE', HISTORY, lifetime)
try('PTTL', META)
try('EXISTS', META)

try('HGET', META, 'f')
try('HMGET', META, 'f')
try('HGETALL', META)
try('HEXISTS', META, 'f')
try('HLEN', META)
try('HDEL', PLACES, 'f')
try('LRANGE', HISTORY, 0, -1)
if pushed then try('LSET', HISTORY, 0, 'v') end -- it fails without the key
try('LPOP', HISTORY)
try('ZSCORE', LEASES, 'v')
try('ZRANGEBYSCORE', LEASES, '-inf', 0)
try('ZREMRANGEBYSCORE', LEASES, '-inf', 0)
try('ZREM', LEASES, 'v')
try('PUBLISH', CHANNEL, '')
try('UNLINK', HISTORY, PLACES, LEASES)
if #refused > 0 then redis.pcall('UNLINK', META) end -- else expired.lua waits for its expiry
return refused
