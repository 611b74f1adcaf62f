-- Tries each command that scripts use, on keys that nothing else has, and
-- answers those that Redis refuses to run. ARGV: ms for which what it writes lasts.
local M, H, P, N, C = unpack(KEYS)
local refused = {}

local function try(command, ...)
  local answer = redis.pcall(command, ...)
  local err = type(answer) == 'table' and answer.err
  if not err then return answer end
  local code = string.match(err, '^(%u+) ')
  if not code or code == 'ERR' or code == 'NOPERM' then
    refused[#refused + 1] = command
  elseif code ~= 'OOM' then
    error(answer)
  end
end

-- TIME comes first, for without it nothing else is to be known.
local time = try('TIME')
if not time then return refused end
local expiry = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000) + ARGV[1])

try('HSET', M, 'f', 'v')
try('HSETNX', M, 'f', 'v')
try('HINCRBY', M, 'n', 1)
local kept = try('RPUSH', H, 'v')
try('ZADD', N, 1, 'v')
try('PEXPIREAT', M, expiry)
try('PEXPIRE', H, ARGV[1])
try('PTTL', M)
try('EXISTS', M)

try('HGET', M, 'f')
try('HMGET', M, 'f')
try('HGETALL', M)
try('HEXISTS', M, 'f')
try('HLEN', M)
try('HDEL', P, 'f')
try('LRANGE', H, 0, -1)
if kept then try('LSET', H, 0, 'v') end -- it fails on what is not there
try('LPOP', H)
try('ZSCORE', N, 'v')
try('ZRANGEBYSCORE', N, '-inf', 0)
try('ZREMRANGEBYSCORE', N, '-inf', 0)
try('ZREM', N, 'v')
try('PUBLISH', C, '')
try('UNLINK', H, P, N)
if #refused > 0 then redis.pcall('UNLINK', M) end -- else it is to expire
return refused
