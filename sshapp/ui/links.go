package ui

import (
	"fmt"
	"hash/fnv"
	"io"

	"wick/sshapp/ui/painter"
)

// linked returns a part of an address as a link to the whole of it. Parts with the
// same id are one link to the terminal, even if a row ends between them:
// https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
func linked(url, part string) string {
	h := fnv.New32a()
	io.WriteString(h, url) // never fails
	return fmt.Sprintf("\x1b]8;id=%x;%s\x1b\\%s%s", h.Sum32(), url, part, painter.EndLink)
}
