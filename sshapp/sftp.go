package sshapp

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/time/rate"

	"wick/rooms"
	"wick/sshapp/wording"
)

// sftpSubsystem is what scp, sftp and sshfs ask for.
const sftpSubsystem = "sftp"

// Who lists a full room and gets each of its files does not wait. Each lookup asks the
// store.
const (
	sftpLookupRate  = 20                 // per second
	sftpLookupBurst = 4 * rooms.MaxFiles // at once
)

// runSFTP serves the files of the room by SFTP, and returns the exit status.
func (s *session) runSFTP(ctx context.Context) int {
	if err := s.serveSFTP(ctx); err != nil {
		return s.fail(ctx, err)
	}
	return 0
}

// serveSFTP serves SFTP from a seat of its own, until the client ends its input, or the
// stay in the room ends.
func (s *session) serveSFTP(ctx context.Context) error {
	if err := s.noFiles(); err != nil {
		return err
	}
	m, ctx, leave, err := s.stay(ctx)
	if err != nil {
		return err
	}
	defer leave()
	in := s.wholeInput(ctx)
	stream := newSFTPStream(s, ctx, in)
	folder := &sftpFolder{
		session: s, ctx: ctx, member: m,
		stream:  stream,
		lookups: rate.NewLimiter(sftpLookupRate, sftpLookupBurst),
		uploads: map[string]*sftpUpload{},
	}
	server := sftp.NewRequestServer(stream, sftp.Handlers{FileGet: folder, FilePut: folder, FileCmd: folder, FileList: folder}, sftp.WithRSMaxTxPacket(maxSFTPRead))
	served := make(chan struct{})
	defer context.AfterFunc(ctx, func() { // a client that reads nothing holds up the end
		select {
		case <-served:
		case <-time.After(refuseLimit):
			s.term.Kill()
		}
	})()
	err = server.Serve() // what is open then, it closes
	close(served)
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil, errors.Is(err, io.EOF):
		return nil
	}
	return failure{wording.ExitFailed, "the transfer broke off"}
}
