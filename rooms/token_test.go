package rooms_test

import (
	"errors"
	"strings"
	"testing"

	"wick/rooms"
)

func TestTokensAreReadAsPeopleTypeThem(t *testing.T) {
	token := rooms.NewToken()
	for _, typed := range []string{token, strings.ToUpper(token), strings.ReplaceAll(token, "-", ""), "-" + token + "-"} {
		if got, err := rooms.ParseToken(typed); got != token || err != nil {
			t.Errorf("%q is read as %q, %v", typed, got, err)
		}
	}
	for _, bad := range []string{"", "-", "k7f3-q9xm", token + "0", token[1:], "k7f3-q9xm-2tdu", "k7f3-q9xm-2td\u212a", "k7f3 q9xm 2tdw"} {
		if got, err := rooms.ParseToken(bad); !errors.Is(err, rooms.ErrBadToken) || got != "" {
			t.Errorf("%q is read as %q, %v", bad, got, err)
		}
	}
}
