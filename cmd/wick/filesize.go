package main

import (
	"errors"
	"strings"

	"github.com/dustin/go-humanize"
)

// mostFile is the most that an operator can allow for one file, in bytes: it is kept in
// memory, here or in Redis.
const mostFile = 64 << 20

var errFileSize = errors.New("a size is a number of bytes such as 512KiB or 1MiB, 64MiB at most, or 0")

// fileSize is the size of a file as operators write it: 1MiB, or 0 for none.
type fileSize int64

// UnmarshalText implements encoding.TextUnmarshaler, for kong.
func (f *fileSize) UnmarshalText(b []byte) error {
	n, err := humanize.ParseBytes(strings.TrimSpace(string(b)))
	if err != nil || n > mostFile {
		return errFileSize
	}
	*f = fileSize(n)
	return nil
}

// limit returns the size as rooms.Limits takes it: negative for none.
func (f fileSize) limit() int64 {
	if f == 0 {
		return -1
	}
	return int64(f)
}
