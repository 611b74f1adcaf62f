package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"time"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"

	"wick/rooms"
	"wick/sshapp/wording"
)

// statusInterval is how often systemd is told how busy the server is, unless its
// watchdog asks for more.
const statusInterval = 10 * time.Second

// inheritedListeners returns listeners on the sockets that systemd opened for this
// process, see sd_listen_fds(3). The sockets outlive the process: connections wait in
// them while the server restarts.
func inheritedListeners() ([]net.Listener, error) {
	all, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("cannot use systemd's sockets: %w", err)
	}
	for _, ln := range all {
		if _, ok := ln.(*net.TCPListener); !ok {
			return nil, errors.New("systemd's socket is not a TCP port: set ListenStream= in wick.socket to a port, such as 22")
		}
	}
	return all, nil
}

// notifySystemd tells systemd that the server is ready and then, until stop is called,
// how busy it is: what the hub replies is the sign of life that the watchdog waits for.
// stop says that the server is stopping. Without systemd nothing happens.
func notifySystemd(hub *rooms.Hub, log *slog.Logger) (stop func()) {
	if sent, err := daemon.SdNotify(false, daemon.SdNotifyReady); !sent {
		if err != nil {
			log.Warn("cannot reach systemd", "error", err)
		}
		return func() {}
	}
	interval := statusInterval
	if limit, err := daemon.SdWatchdogEnabled(false); err == nil && limit > 0 {
		interval = min(interval, limit/2)
	}
	ended, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(interval)
		defer tick.Stop()
		for {
			live, members := hub.Load()
			status := fmt.Sprintf("STATUS=%s, %s", wording.Count(uint64(live), "room"), people(members))
			daemon.SdNotify(false, status+"\n"+daemon.SdNotifyWatchdog) // the next one may get through
			select {
			case <-tick.C:
			case <-ended:
				return
			}
		}
	}()
	return func() {
		close(ended)
		<-done
		daemon.SdNotify(false, daemon.SdNotifyStopping+"\nSTATUS=Going down") // the process ends anyway
	}
}

func people(n int) string {
	if n == 1 {
		return "1 person"
	}
	return fmt.Sprintf("%d people", n)
}
