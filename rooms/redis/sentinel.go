package redis

import (
	"crypto/tls"
	"net"
	"net/url"
	"strconv"
	"strings"

	goredis "github.com/redis/go-redis/v9"
)

// The schemes of the URL of a server that Sentinels name.
const (
	sentinelScheme    = "redis+sentinel"
	sentinelTLSScheme = "rediss+sentinel"
	sentinelPort      = "26379"
)

func isSentinel(urls string) bool {
	scheme, _, _ := strings.Cut(urls, "://")
	return scheme == sentinelScheme || scheme == sentinelTLSScheme
}

// parseSentinel parses
//
//	redis+sentinel://[user:password@]host[:port][,host[:port]…]/name[/number]
//
// with these parameters: sentinel_user and sentinel_password for the Sentinels
// themselves, and skip_verify. The error is errURL.
func parseSentinel(s string) (*goredis.FailoverOptions, error) {
	scheme, rest, _ := strings.Cut(s, "://")
	authority, path, _ := strings.Cut(rest, "/")
	at := strings.LastIndex(authority, "@") + 1
	opt := &goredis.FailoverOptions{}
	var last *url.URL // the URLs differ only in the host
	for host := range strings.SplitSeq(authority[at:], ",") {
		u, err := url.Parse(scheme + "://" + authority[:at] + strings.TrimSpace(host) + "/" + path)
		if err != nil || u.Hostname() == "" || u.Fragment != "" {
			return nil, errURL
		}
		port := u.Port()
		if port == "" {
			port = sentinelPort
		}
		opt.SentinelAddrs = append(opt.SentinelAddrs, net.JoinHostPort(u.Hostname(), port))
		last = u
	}
	opt.Username = last.User.Username()
	opt.Password, _ = last.User.Password()

	name, db, hasDB := strings.Cut(strings.Trim(last.Path, "/"), "/")
	if opt.MasterName = name; name == "" {
		return nil, errURL
	}
	var err error
	if hasDB {
		if opt.DB, err = strconv.Atoi(db); err != nil || opt.DB < 0 {
			return nil, errURL
		}
	}
	query, err := url.ParseQuery(last.RawQuery)
	if err != nil {
		return nil, errURL
	}
	skip := false
	for key, values := range query {
		switch value := values[len(values)-1]; key {
		case "sentinel_user":
			opt.SentinelUsername = value
		case "sentinel_password":
			opt.SentinelPassword = value
		case "skip_verify":
			if skip, err = strconv.ParseBool(value); err != nil {
				return nil, errURL
			}
		default:
			return nil, errURL
		}
	}
	if scheme == sentinelTLSScheme {
		// Without a server name, each certificate must be for its server's address.
		opt.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, InsecureSkipVerify: skip}
	}
	return opt, nil
}
