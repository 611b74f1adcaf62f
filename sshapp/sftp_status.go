package sshapp

import (
	"errors"
	"io"

	"github.com/pkg/sftp"

	"wick/rooms"
	"wick/sshapp/wording"
)

// sftpStatus is an error as SFTP clients are told it: by its code (most of them know no
// more), and in words.
type sftpStatus struct {
	code error
	text string
}

func (e sftpStatus) Error() string { return e.text }
func (e sftpStatus) Unwrap() error { return e.code }

// Errors of what SFTP asks for, besides those of rooms.
var (
	errSFTPMalformed = sftpStatus{sftp.ErrSSHFxBadMessage, "That request is malformed."}
	errSFTPOneFolder = sftpStatus{sftp.ErrSSHFxOpUnsupported, "A room is one flat folder, with no other folders and no links."}
	errSFTPRename    = sftpStatus{sftp.ErrSSHFxOpUnsupported, "A file cannot be renamed: put it again under the other name, and remove this one."}
	errSFTPResize    = sftpStatus{sftp.ErrSSHFxOpUnsupported, "A file is put whole, and cannot be changed afterwards."}
	errSFTPIsFolder  = sftpStatus{sftp.ErrSSHFxFailure, "That is the folder itself."}
	errSFTPOpen      = sftpStatus{sftp.ErrSSHFxFailure, "Too many files are open at once."}
	errSFTPFlags     = sftpStatus{sftp.ErrSSHFxOpUnsupported, "A file cannot be read while it is being put."}
)

// status returns an error as the client is told it. What failed, other than a look for what
// is not there, is said on standard error, too: OpenSSH's clients show it, and none of the
// words of a status.
func (f *sftpFolder) status(err error) error {
	switch {
	case err == nil, errors.Is(err, io.EOF):
		return err
	case errors.Is(err, rooms.ErrNoFile):
		return sftpStatus{sftp.ErrSSHFxNoSuchFile, wording.Sentence(err)}
	}
	status, known := errors.AsType[sftpStatus](err)
	if !known {
		status = sftpStatus{sftp.ErrSSHFxFailure, sentenceOf(err)}
	}
	f.mu.Lock()
	again := f.told == status.text
	f.told = status.text
	f.mu.Unlock()
	if !again && f.ctx.Err() == nil { // or else the session's end is told
		f.session.warn(status.text)
	}
	return status
}

// sentenceOf returns an error as a sentence, a failure's included.
func sentenceOf(err error) string {
	if told, ok := errors.AsType[failure](err); ok {
		return told.text
	}
	return wording.Sentence(err)
}
