package main

import (
	"errors"
	"log/slog"

	"wick/keys"
	"wick/rooms/redis"
)

// redisFlags say where rooms are kept.
type redisFlags struct {
	Redis           string `placeholder:"URL[,URL…]" help:"Keep rooms in this Redis, which servers can share: redis://, rediss:// for TLS, unix://; several URLs for a Cluster; redis+sentinel://HOST,HOST…/NAME for Sentinels. Default: the memory of this process."`
	RedisCA         string `placeholder:"FILE" type:"path" help:"Trust the CAs in this file for TLS to Redis. Default: those of the system."`
	RedisCert       string `placeholder:"FILE" type:"path" help:"Client certificate for TLS to Redis."`
	RedisKey        string `placeholder:"FILE" type:"path" help:"Key of --redis-cert."`
	RedisServerName string `placeholder:"NAME" help:"Name in the certificate of Redis. Default: the host of the URL."`
}

// checkTLS returns a sentence about TLS without a Redis, which rooms in memory would
// leave unsaid. The store checks the rest.
func (f redisFlags) checkTLS() error {
	if f.Redis == "" && f.tls() != (redis.TLS{}) {
		return errors.New("--redis-ca, --redis-cert, --redis-key and --redis-server-name need --redis: without it, rooms are in the memory of this process")
	}
	return nil
}

func (f redisFlags) tls() redis.TLS {
	return redis.TLS{CA: f.RedisCA, Cert: f.RedisCert, Key: f.RedisKey, ServerName: f.RedisServerName}
}

// config returns the configuration of a store.
func (f redisFlags) config(secret keys.Secret, log *slog.Logger) redis.Config {
	return redis.Config{
		URLs:   f.Redis,
		TLS:    f.tls(),
		Sealer: keys.NewSealer(secret),
		Log:    log,
	}
}
