//go:build unix

package keys

import (
	"io/fs"
	"os"
	"slices"
	"syscall"
)

// owner says whose a file is.
type owner struct {
	trusted    bool // this process's user, or root
	inOurGroup bool // the file's group is one of this process
}

func ownerOf(info fs.FileInfo) owner {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return owner{}
	}
	groups, _ := os.Getgroups() // without them, only the group of the process counts
	uid, gid := int(stat.Uid), int(stat.Gid)
	return owner{
		trusted:    uid == 0 || uid == os.Geteuid(),
		inOurGroup: gid == os.Getegid() || slices.Contains(groups, gid),
	}
}
