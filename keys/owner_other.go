//go:build !unix

package keys

import "io/fs"

// owner says whose a file is. It is not asked where hasFileModes is false.
type owner struct{ trusted, inOurGroup bool }

func ownerOf(fs.FileInfo) owner { return owner{} }
