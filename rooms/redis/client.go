package redis

import (
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"time"

	goredis "github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	dialLimit  = 2 * time.Second
	readLimit  = 3 * time.Second
	writeLimit = 3 * time.Second
	poolLimit  = 3 * time.Second // for a free connection of the pool
	poolSize   = 32              // connections to each server, without the one that listens
)

// sharedOptions hold for every client, whatever its URL says. The client library
// has them under these names in three types without a common base: Options,
// FailoverOptions and ClusterOptions. Its UniversalOptions would lose unix sockets
// and most parameters of a URL.
var sharedOptions = struct {
	MaxRetries, DialerRetries                           int
	DialTimeout, ReadTimeout, WriteTimeout, PoolTimeout time.Duration
	PoolSize                                            int
	ContextTimeoutEnabled, DisableIdentity              bool
}{
	MaxRetries:            -1, // none: a command whose reply was lost may have been executed
	DialerRetries:         1,  // tries, so it does not retry
	DialTimeout:           dialLimit,
	ReadTimeout:           readLimit,
	WriteTimeout:          writeLimit,
	PoolTimeout:           poolLimit,
	PoolSize:              poolSize,
	ContextTimeoutEnabled: true,
	DisableIdentity:       true,
}

// setShared sets sharedOptions in opt, a pointer to one of the three types.
func setShared(opt any) {
	from, to := reflect.ValueOf(sharedOptions), reflect.ValueOf(opt).Elem()
	for i := range from.NumField() {
		to.FieldByName(from.Type().Field(i).Name).Set(from.Field(i))
	}
}

// errURL does not quote the URL: it may contain a password, and the password
// may be what makes it invalid.
var errURL = errors.New("not a Redis URL: use redis://[user:password@]host[:port][/number], rediss://… for TLS, " +
	"unix:///path/to/socket, or redis+sentinel://[user:password@]host[:port][,host…]/name for Sentinels; " +
	"separate the URLs of a Cluster's nodes by commas; in a password write : / ? # @ , % as %3A %2F %3F %23 %40 %2C %25")

// newClient returns a client for Config.URLs, the tracker of its connections
// (which tracks none on a Cluster) and, for people, where it connects to.
func newClient(urls string, secure TLS) (goredis.UniversalClient, *connTracker, string, error) {
	urls = strings.TrimSpace(urls)
	if isSentinel(urls) {
		return newFailover(urls, secure)
	}
	all := strings.Split(urls, ",")
	for i, s := range all {
		all[i] = strings.TrimSpace(s)
	}
	// One URL with addr= is an endpoint that leads to all nodes of a Cluster.
	if first, err := url.Parse(all[0]); len(all) > 1 || err == nil && first.Query().Has("addr") {
		client, where, err := newCluster(all, secure)
		return client, newConnTracker(false), where, err
	}
	opt, err := goredis.ParseURL(all[0])
	if err != nil {
		return nil, nil, "", errURL
	}
	if opt.Dialer, err = dialer(secure, opt.TLSConfig); err != nil {
		return nil, nil, "", err
	}
	setShared(opt)
	opt.MaintNotificationsConfig = noNotifications()
	client, conns := goredis.NewClient(opt), newConnTracker(false)
	client.AddHook(conns)
	return client, conns, opt.Addr, nil
}

func newFailover(urls string, secure TLS) (goredis.UniversalClient, *connTracker, string, error) {
	opt, err := parseSentinel(urls)
	if err != nil {
		return nil, nil, "", err
	}
	if opt.Dialer, err = dialer(secure, opt.TLSConfig); err != nil {
		return nil, nil, "", err
	}
	setShared(opt)
	client, conns := goredis.NewFailoverClient(opt), newConnTracker(true)
	client.AddHook(conns)
	return client, conns, fmt.Sprintf("%s (Sentinels)", strings.Join(opt.SentinelAddrs, ", ")), nil
}

func newCluster(urls []string, secure TLS) (*goredis.ClusterClient, string, error) {
	first, skip, err := cutSkipVerify(urls[0])
	if err != nil {
		return nil, "", errURL
	}
	opt, err := goredis.ParseClusterURL(first)
	if err != nil {
		return nil, "", errURL
	}
	if opt.TLSConfig != nil {
		opt.TLSConfig.InsecureSkipVerify = skip
	}
	for _, s := range urls[1:] {
		node, err := goredis.ParseURL(s)
		if err != nil || node.Network != "tcp" {
			return nil, "", errURL
		}
		if (node.TLSConfig == nil) != (opt.TLSConfig == nil) {
			return nil, "", errors.New("the URLs of a Cluster must be all redis:// or all rediss://")
		}
		opt.Addrs = append(opt.Addrs, node.Addr)
	}
	if opt.Dialer, err = dialer(secure, opt.TLSConfig); err != nil {
		return nil, "", err
	}
	setShared(opt)
	opt.ReadOnly, opt.RouteByLatency, opt.RouteRandomly = false, false, false // replicas lag behind
	opt.MaintNotificationsConfig = noNotifications()
	client := goredis.NewClusterClient(opt)
	client.OnNewNode(func(node *goredis.Client) { node.AddHook(nodeHook{}) })
	return client, fmt.Sprintf("%s (a Cluster)", strings.Join(opt.Addrs, ", ")), nil
}

// cutSkipVerify removes skip_verify from a URL: the client library accepts it
// for single servers only.
func cutSkipVerify(s string) (rest string, skip bool, err error) {
	u, err := url.Parse(s)
	if err != nil {
		return "", false, err
	}
	query := u.Query()
	if query.Has("skip_verify") {
		skip, err = strconv.ParseBool(query.Get("skip_verify"))
		query.Del("skip_verify")
		u.RawQuery = query.Encode()
	}
	return u.String(), skip, err
}

func noNotifications() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// noRetry is a command that the client library never sends again by itself. Its
// Cluster client retries commands whose reply was lost, regardless of
// MaxRetries, unless NoRetry reports true.
type noRetry struct{ *goredis.Cmd }

func (noRetry) NoRetry() bool { return true }
