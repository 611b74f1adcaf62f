package wording

import (
	"fmt"
	"strings"
	"testing"

	"wick/rooms"
)

func TestANameOfTwoPeopleIsWrongUsageInPlainWords(t *testing.T) {
	err := fmt.Errorf("tell: %w", rooms.ErrAmbiguous)
	if got := Sentence(err); !strings.HasPrefix(got, "More than one person here goes by that name, so nothing was done: ") {
		t.Errorf("it is told as %q", got)
	}
	if got := Status(err); got != 2 {
		t.Errorf("the status is %d", got)
	}
}
