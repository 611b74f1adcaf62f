package main

import (
	"fmt"
	"strings"

	"wick/rooms"
)

type namesCmd struct{}

// Run prints the login names that are never rooms, one per line.
func (namesCmd) Run(o output) error {
	_, err := fmt.Fprintln(o.out, strings.Join(rooms.ReservedNames(), "\n"))
	return err
}
