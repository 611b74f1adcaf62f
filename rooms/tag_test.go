package rooms

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestNoWordIsAKeyTag(t *testing.T) {
	tags := map[string]bool{}
	for i := range 2000 {
		tag := KeyTag("epoch", fmt.Sprint("identity ", i))
		if len(tag) != tagLength || strings.Trim(tag, alphabet) != "" || !strings.ContainsAny(tag[:3], "23456789") {
			t.Fatalf("a tag is %q", tag)
		}
		tags[tag] = true
	}
	if len(tags) < 1985 { // a few collisions are likely
		t.Errorf("2000 people have %d tags", len(tags))
	}
}

func TestAKeyHasAnotherTagInEveryBurning(t *testing.T) {
	same := 0
	for i := range 2000 {
		if KeyTag("epoch", "identity") == KeyTag(fmt.Sprint("epoch ", i), "identity") {
			same++
		}
	}
	if same > 3 {
		t.Errorf("%d of 2000 burnings give the same tag", same)
	}
	if KeyTag("a", "bc") == KeyTag("ab", "c") {
		t.Error("an epoch and an identity run into each other")
	}
	bob := Seat{Identity: "identity", Keyed: true, Tag: "2222"}
	if got := bob.Tagged("epoch").KeyTag(); got != KeyTag("epoch", "identity") {
		t.Errorf("a tag of elsewhere became %q", got)
	}
	bob.Keyed = false
	if got := bob.Tagged("epoch").KeyTag(); got != "" {
		t.Errorf("who has no key has the tag %q", got)
	}
}

func TestAnAliasThatReadsLikeAKeyTagIsRefused(t *testing.T) {
	for _, in := range []string{
		"x4w9", "X4W9", "x4-w9", "x.4_w9", "_x4w9", "x4w9-", "х4w9", "ｘ４ｗ９", "𝐱𝟒𝐰𝟗", "xб" + "w9",
		"2222", "k7f3", "2day", "r2d2",
		"xo4w", "x04w", "XO4W", "l4w9", "14w9", "i4w9", "I4w9", // 0 and o, 1, l and i look alike
		"m4w9", "rn4w9", "M4W9", "a9rnx", // and so do rn and m
	} {
		if got, err := ParseAlias(in); !errors.Is(err, ErrTagAlias) || got != "" {
			t.Errorf("ParseAlias(%+q) = %+q, %v", in, got, err)
		}
	}
	for _, in := range []string{
		"anna", "mark", "bob1", "bob2", "ann9", "abc-2", "b-o-b-2", "joe10", "jo10", "x4w", "x4w99", "x4u9", "4x4w9", "é4w9", "x4w9é", "Юра2", "Ю444",
		"amber-otter", "amber-otter-2",
	} {
		if got, err := ParseAlias(in); got != in || err != nil {
			t.Errorf("ParseAlias(%+q) = %+q, %v", in, got, err)
		}
	}
	for i := range 2000 {
		tag := KeyTag("epoch", fmt.Sprint("identity ", i))
		for _, in := range []string{tag, strings.ToUpper(tag), tag[:2] + "-" + tag[2:], strings.NewReplacer("0", "o", "1", "l", "m", "rn").Replace(tag)} {
			if _, err := ParseAlias(in); err == nil {
				t.Fatalf("ParseAlias(%q) is an alias, and %q a tag", in, tag)
			}
		}
	}
}

func TestKeyTagsAreReadAsPeopleTypeThem(t *testing.T) {
	for in, want := range map[string]string{
		"x4w9": "x4w9", "X4W9": "x4w9", "x4-w9": "", " x4w9": "", "x4w": "", "x4w99": "", "bob2": "", "anna": "", "xo4w": "", "": "",
		"\u212a4w9": "", "х4w9": "",
	} {
		if got := parseTag(in); got != want {
			t.Errorf("%+q is read as the tag %q", in, got)
		}
	}
}

func TestANameOfTwoPeopleIsAmbiguous(t *testing.T) {
	key := func(id, alias, identity string) Seat {
		return Seat{ID: id, Alias: alias, Identity: identity, Keyed: true}.Tagged("epoch")
	}
	bob, ann, eve := key("1", "bob", "id-bob"), key("2", "ann", "id-ann"), Seat{ID: "3", Alias: "eve", Identity: "id-eve"}
	tag := bob.KeyTag()
	posing := eve // an alias that was never checked
	posing.Alias = strings.ToUpper(tag[:2]) + "-" + tag[2:]
	again := key("4", "bob-2", "id-bob")
	twin := key("5", "BOB", "id-twin")
	same := key("6", tag, "id-bob")
	for what, tt := range map[string]struct {
		all  []Seat
		name string
		want Seat
		err  error
	}{
		"an alias":                      {[]Seat{ann, bob, eve}, "B0B", bob, nil},
		"a tag":                         {[]Seat{ann, bob, eve}, strings.ToUpper(tag), bob, nil},
		"nobody":                        {[]Seat{ann, bob, eve}, "cid", Seat{}, ErrNobody},
		"a tag with a separator":        {[]Seat{ann, bob}, tag[:2] + "-" + tag[2:], Seat{}, ErrNobody},
		"somebody's tag as an alias":    {[]Seat{posing, ann, bob}, tag, Seat{}, ErrAmbiguous},
		"the same, by the other's name": {[]Seat{posing, ann, bob}, "bob", bob, nil},
		"the alias as it is written":    {[]Seat{posing, ann, bob}, posing.Alias, posing, nil},
		"one key twice, by tag":         {[]Seat{again, bob}, tag, again, nil},
		"one key twice, by alias":       {[]Seat{again, bob}, "bob", bob, nil},
		"one's own tag as an alias":     {[]Seat{bob, same}, tag, same, nil},
		"two of one alias":              {[]Seat{bob, ann, twin}, "bob", Seat{}, ErrAmbiguous},
		"two of one alias, by tag":      {[]Seat{bob, ann, twin}, twin.KeyTag(), twin, nil},
		"the only one":                  {[]Seat{ann}, "", ann, nil},
		"one of two, unnamed":           {[]Seat{ann, bob}, "", Seat{}, ErrNobody},
	} {
		if got, err := findPerson(tt.all, tt.name); got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %q is %+v, %v", what, tt.name, got, err)
		}
	}
}
