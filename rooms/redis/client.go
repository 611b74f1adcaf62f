package redis

import (
	"errors"
	"fmt"
	"net/url"
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
	"or unix:///path/to/socket; a Cluster's are separated by commas; : / ? # @ , % in a password are written %3A %2F %3F %23 %40 %2C %25")

// newClient makes a client from what Config.URLs holds, and answers beside it
// where it connects to, for people.
func newClient(urls string) (goredis.UniversalClient, string, error) {
	all := strings.Split(urls, ",")
	for i, s := range all {
		all[i] = strings.TrimSpace(s)
	}
	// An endpoint that leads to all nodes of a Cluster is one URL with addr=.
	if first, err := url.Parse(all[0]); len(all) > 1 || err == nil && first.Query().Has("addr") {
		return newCluster(all)
	}
	opt, err := goredis.ParseURL(all[0])
	if err != nil {
		return nil, "", errURL
	}
	opt.MaxRetries = noRetries
	opt.DialerRetries = dialTries
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = dialLimit, readLimit, writeLimit
	opt.PoolSize, opt.PoolTimeout = poolSize, poolLimit
	opt.ContextTimeoutEnabled = true
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = noNotifications()
	return goredis.NewClient(opt), opt.Addr, nil
}

func newCluster(urls []string) (goredis.UniversalClient, string, error) {
	opt, err := goredis.ParseClusterURL(urls[0])
	if err != nil {
		return nil, "", errURL
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
	opt.DialerRetries = dialTries
	opt.DialTimeout, opt.ReadTimeout, opt.WriteTimeout = dialLimit, readLimit, writeLimit
	opt.PoolSize, opt.PoolTimeout = poolSize, poolLimit
	opt.ContextTimeoutEnabled = true
	opt.DisableIdentity = true
	opt.MaintNotificationsConfig = noNotifications()
	return goredis.NewClusterClient(opt), fmt.Sprintf("%s (a Cluster)", strings.Join(opt.Addrs, ", ")), nil
}

func noNotifications() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// once is a command that is never sent again by itself. The Cluster client
// retries what it got no answer to, without regard to MaxRetries, unless the
// command says so.
type once struct{ *goredis.Cmd }

func (once) NoRetry() bool { return true }
