package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

const (
	clusterNodes = 3     // the fewest that make a Cluster
	clusterSlots = 16384 // see the Redis Cluster specification
	replyLimit   = time.Second
)

// redis starts a Redis that keeps nothing on disk, waits until it replies, and
// returns its address.
func (b *bench) redis(ctx context.Context, s *site, program string, args ...string) (addr string, err error) {
	port, err := freePort()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(program, append([]string{
		"--port", port, "--bind", "127.0.0.1", "--dir", b.dir, "--save", "", "--loglevel", "warning",
	}, args...)...)
	if _, err := s.run(ctx, cmd); err != nil {
		return "", err
	}
	s.redis = append(s.redis, cmd.Process.Pid)
	addr = "127.0.0.1:" + port
	return addr, waitFor(ctx, "no reply from Redis", func() bool {
		reply, err := command(ctx, addr, "PING")
		return err == nil && reply == "PONG"
	})
}

// cluster starts a Redis Cluster, waits until it serves, and returns its URL.
func (b *bench) cluster(ctx context.Context, s *site, program string) (url string, err error) {
	var addrs, urls []string
	for i := range clusterNodes {
		bus, err := freePort()
		if err != nil {
			return "", err
		}
		addr, err := b.redis(ctx, s, program, "--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-config-file", "nodes-"+bus+".conf")
		if err != nil {
			return "", err
		}
		first, last := i*clusterSlots/clusterNodes, (i+1)*clusterSlots/clusterNodes-1
		for _, line := range []string{
			fmt.Sprintf("CLUSTER SET-CONFIG-EPOCH %d", i+1), // nodes take a while to settle equal epochs
			fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", first, last),
		} {
			if _, err := command(ctx, addr, line); err != nil {
				return "", err
			}
		}
		for _, other := range addrs {
			host, port, _ := net.SplitHostPort(addr)
			if _, err := command(ctx, other, fmt.Sprintf("CLUSTER MEET %s %s %s", host, port, bus)); err != nil {
				return "", err
			}
		}
		addrs, urls = append(addrs, addr), append(urls, "redis://"+addr)
	}
	return strings.Join(urls, ","), waitFor(ctx, "the Redis Cluster does not start", func() bool {
		for _, addr := range addrs {
			if !serves(ctx, addr) {
				return false
			}
		}
		return true
	})
}

// serves reports whether a node of a Cluster knows all slots and is connected to
// all other nodes.
func serves(ctx context.Context, addr string) bool {
	info, err := command(ctx, addr, "CLUSTER INFO")
	if err != nil || !strings.Contains(info, "cluster_state:ok") {
		return false
	}
	nodes, err := command(ctx, addr, "CLUSTER NODES")
	return err == nil && strings.Count(nodes, " connected") == clusterNodes && !strings.Contains(nodes, "handshake")
}

// waitFor waits until done returns true. After startLimit it returns an error that
// says what failed.
func waitFor(ctx context.Context, failure string, done func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, errors.New(failure))
	defer cancel()
	poll := time.NewTicker(startPoll)
	defer poll.Stop()
	for !done() {
		select {
		case <-poll.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// command sends one inline command to the Redis at addr, and returns its reply: a
// simple string or a bulk string.
// See https://redis.io/docs/latest/develop/reference/protocol-spec/#inline-commands.
func command(ctx context.Context, addr, line string) (string, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	conn.SetDeadline(time.Now().Add(replyLimit))
	if _, err := io.WriteString(conn, line+"\r\n"); err != nil {
		return "", err
	}
	return parseReply(bufio.NewReader(conn))
}

func parseReply(r *bufio.Reader) (string, error) {
	head, err := r.ReadString('\n')
	if err != nil {
		return "", err
	}
	kind, rest := head[0], strings.TrimRight(head[1:], "\r\n")
	switch kind {
	case '+':
		return rest, nil
	case '$':
		size, err := strconv.Atoi(rest)
		if err != nil || size < 0 {
			return "", fmt.Errorf("the server sent a bulk string of size %q", rest)
		}
		text, err := io.ReadAll(io.LimitReader(r, int64(size)))
		return string(text), err
	}
	return "", fmt.Errorf("the server replied %q", head)
}
