package redis

import (
	"testing"

	goredis "github.com/redis/go-redis/v9"
)

func clientOf(t *testing.T, urls string) goredis.UniversalClient {
	t.Helper()
	client, _, _, err := newClient(urls, TLS{}) // it does not connect
	ok(t, err)
	t.Cleanup(func() { client.Close() })
	return client
}

func TestNoURLChangesTheSharedOptions(t *testing.T) {
	const query = "?read_timeout=1h&write_timeout=1h&dial_timeout=1h&pool_timeout=1h&pool_size=7&max_retries=9"
	for _, urls := range []string{"redis://host" + query, "redis://host" + query + "&addr=host:2", "redis+sentinel://host/name"} {
		var got goredis.Options
		switch client := clientOf(t, urls).(type) {
		case *goredis.Client:
			got = *client.Options()
		case *goredis.ClusterClient:
			opt := client.Options()
			got = goredis.Options{
				ReadTimeout: opt.ReadTimeout, WriteTimeout: opt.WriteTimeout, DialTimeout: opt.DialTimeout, PoolTimeout: opt.PoolTimeout,
				PoolSize: opt.PoolSize, MaxRetries: opt.MaxRetries, DialerRetries: opt.DialerRetries,
				ContextTimeoutEnabled: opt.ContextTimeoutEnabled, DisableIdentity: opt.DisableIdentity,
			}
		}
		if got.ReadTimeout != readLimit || got.WriteTimeout != writeLimit || got.DialTimeout != dialLimit || got.PoolTimeout != poolLimit ||
			got.PoolSize != poolSize || got.MaxRetries > 0 || got.DialerRetries != 1 || !got.ContextTimeoutEnabled || !got.DisableIdentity {
			t.Errorf("%s: the options are %+v", urls, got)
		}
	}
}

func TestClientsKeepWhatElseTheirURLSays(t *testing.T) {
	socket := clientOf(t, "unix:///path/to/socket?db=3&protocol=2").(*goredis.Client).Options()
	if socket.Network != "unix" || socket.Addr != "/path/to/socket" || socket.DB != 3 || socket.Protocol != 2 {
		t.Errorf("options of a socket: %+v", socket)
	}
	single := clientOf(t, "rediss://host/3?skip_verify=true&protocol=2").(*goredis.Client).Options()
	if single.DB != 3 || single.Protocol != 2 || single.TLSConfig == nil || !single.TLSConfig.InsecureSkipVerify {
		t.Errorf("options of a server: %+v", single)
	}
	cluster := clientOf(t, "rediss://host:1?addr=host:2&skip_verify=true&protocol=2&route_randomly=true").(*goredis.ClusterClient).Options()
	if len(cluster.Addrs) != 2 || cluster.Protocol != 2 || !cluster.TLSConfig.InsecureSkipVerify || cluster.RouteRandomly {
		t.Errorf("options of a Cluster: %+v", cluster)
	}
	behind := clientOf(t, "rediss+sentinel://host/name/3?skip_verify=true").(*goredis.Client).Options()
	if behind.DB != 3 || behind.TLSConfig == nil || !behind.TLSConfig.InsecureSkipVerify {
		t.Errorf("options behind Sentinels: %+v", behind)
	}
}
