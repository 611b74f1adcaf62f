package redis

import (
	"errors"
	"fmt"
	"net/url"
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
	poolLimit  = 3 * time.Second // for a connection of the pool to be free
	poolSize   = 32              // connections to each server, save the one that listens
	noRetries  = -1              // a command whose answer was lost may have been executed
	dialTries  = 1
)

// errURL says nothing of the URL itself: it may hold a password, also where
// the password is what makes it unreadable.
var errURL = errors.New("not a Redis URL: it looks like redis://[user:password@]host[:port][/number], rediss://… for TLS, " +
	"unix:///path/to/socket, or redis+sentinel://[user:password@]host[:port][,host…]/name where Sentinels name the server; " +
	"a Cluster's are separated by commas; : / ? # @ , % in a password are written %3A %2F %3F %23 %40 %2C %25")

// newClient makes a client from what Config.URLs holds. It answers beside it the
// connections that all lead to the one server in charge (none, for a Cluster),
// and where it connects to, for people.
func newClient(urls string) (goredis.UniversalClient, *links, string, error) {
	urls = strings.TrimSpace(urls)
	if isSentinel(urls) {
		return newFailover(urls)
	}
	all := strings.Split(urls, ",")
	for i, s := range all {
		all[i] = strings.TrimSpace(s)
	}
	// An endpoint that leads to all nodes of a Cluster is one URL with addr=.
	if first, err := url.Parse(all[0]); len(all) > 1 || err == nil && first.Query().Has("addr") {
		client, where, err := newCluster(all)
		return client, newLinks(false), where, err
	}
	opt, err := goredis.ParseURL(all[0])
	if err != nil {
		return nil, nil, "", errURL
	}
	opt.MaxRetries = noRetries
	opt.DialerRetries = dialTries
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = dialLimit, readLimit, writeLimit
	opt.PoolSize, opt.PoolTimeout = poolSize, poolLimit
	opt.ContextTimeoutEnabled = true
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = noNotifications()
	client, links := goredis.NewClient(opt), newLinks(false)
	client.AddHook(links)
	return client, links, opt.Addr, nil
}

func newFailover(url string) (goredis.UniversalClient, *links, string, error) {
	opt, err := parseSentinel(url)
	if err != nil {
		return nil, nil, "", err
	}
	opt.MaxRetries = noRetries
	opt.DialerRetries = dialTries
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = dialLimit, readLimit, writeLimit
	opt.PoolSize, opt.PoolTimeout = poolSize, poolLimit
	opt.ContextTimeoutEnabled = true
	opt.DisableIdentity = true
	client, links := goredis.NewFailoverClient(opt), newLinks(true)
	client.AddHook(links)
	return client, links, fmt.Sprintf("%s (Sentinels)", strings.Join(opt.SentinelAddrs, ", ")), nil
}

func newCluster(urls []string) (*goredis.ClusterClient, string, error) {
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
			return nil, "", errors.New("the URLs of a Cluster are all redis:// or all rediss://")
		}
		opt.Addrs = append(opt.Addrs, node.Addr)
	}
	opt.MaxRetries = noRetries
	opt.ReadOnly, opt.RouteByLatency, opt.RouteRandomly = false, false, false // replicas lag behind
	opt.DialerRetries = dialTries
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = dialLimit, readLimit, writeLimit
	opt.PoolSize, opt.PoolTimeout = poolSize, poolLimit
	opt.ContextTimeoutEnabled = true
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = noNotifications()
	client := goredis.NewClusterClient(opt)
	client.OnNewNode(func(node *goredis.Client) { node.AddHook(dialling{}) })
	return client, fmt.Sprintf("%s (a Cluster)", strings.Join(opt.Addrs, ", ")), nil
}

// cutSkipVerify takes skip_verify out of a URL: the library knows it for single
// servers only.
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

// once is a command that is never sent again by itself. The Cluster client
// retries what it got no answer to, without regard to MaxRetries, unless the
// command says so.
type once struct{ *goredis.Cmd }

func (once) NoRetry() bool { return true }
