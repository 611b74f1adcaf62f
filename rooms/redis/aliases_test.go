package redis

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"wick/rooms"
	"wick/rooms/redis/redistest"
)

// A name that was held for as long as rooms.NameHeld is remembered: here Redis is
// made to believe that it was.
func TestANameThatWasHeldForLongIsRemembered(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, _ := lit(t, s, time.Hour, 10)
	door := s.codec.keys(room.Name)[5]
	for _, held := range []time.Duration{rooms.NameHeld - 10*time.Second, rooms.NameHeld} {
		alias := fmt.Sprint("bob-", held)
		bob := guest(alias)
		_, err := s.Enter(t.Context(), room.Name, bob, time.Hour, 0)
		ok(t, err)
		field := "w" + s.codec.alias(room.Ref, alias)
		value := strings.Split(server.Client().HGet(t.Context(), door, field).Val(), ":")
		if len(value) != 4 {
			t.Fatalf("the name is noted as %q", value)
		}
		value[2] = fmt.Sprint(time.Now().Add(-held).UnixMilli())
		ok(t, server.Client().HSet(t.Context(), door, field, strings.Join(value, ":")).Err())
		ok(t, s.Leave(t.Context(), room.Ref, bob))
		entry, err := s.Enter(t.Context(), room.Name, guest(alias), time.Hour, 0)
		ok(t, err)
		if want := held >= rooms.NameHeld; entry.Seat.Marked != want {
			t.Errorf("after %v another is marked: %v", held, entry.Seat.Marked)
		}
	}
}

// Counts of those whose names were forgotten are gone as well.
func TestForgottenNamesLeaveNoCounts(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, err := s.Light(t.Context(), rooms.Lighting{Name: rooms.NewName(), TTL: time.Hour, Seats: 16, History: 10})
	ok(t, err)
	for i := range 40 {
		seat := guest("ann")
		seat.Network = fmt.Sprint("net", i)
		_, err := s.Enter(t.Context(), room.Name, seat, time.Hour, 0)
		ok(t, err)
		ok(t, s.Leave(t.Context(), room.Ref, seat))
	}
	counts := 0
	for field := range server.Client().HGetAll(t.Context(), s.codec.keys(room.Name)[5]).Val() {
		if strings.ContainsAny(field[:1], "wnN") {
			counts++
		}
	}
	if counts != 3 {
		t.Errorf("one name of one person is noted in %d fields", counts)
	}
	if n := server.Client().HGet(t.Context(), s.codec.keys(room.Name)[0], "names").Val(); n != "1" {
		t.Errorf("one name is counted as %s", n)
	}
}

// Somebody who can write to Redis gives nobody the alias that another chose.
func TestAnAliasThatAnotherChoseIsNotGiven(t *testing.T) {
	server := redistest.Start(t)
	s := open(t, server.URL())
	room, ann := lit(t, s, time.Hour, 10)
	ann.Keyed = true
	ok(t, s.Rename(t.Context(), room.Ref, ann, "chief"))
	ok(t, s.Leave(t.Context(), room.Ref, ann))
	door := s.codec.keys(room.Name)[5]
	eve := guest("eve")
	eve.Keyed, eve.Own = true, true
	chosen := server.Client().HGet(t.Context(), door, "l"+s.codec.identity(room.Ref, ann.Identity)).Val()
	if chosen == "" {
		t.Fatal("what ann chose is not remembered")
	}
	ok(t, server.Client().HSet(t.Context(), door, "l"+s.codec.identity(room.Ref, eve.Identity), chosen).Err())
	entry, err := s.Enter(t.Context(), room.Name, eve, time.Hour, 0)
	ok(t, err)
	if entry.Seat.Alias != "eve" {
		t.Errorf("entered as %q", entry.Seat.Alias)
	}
}
