package storetest

import (
	"fmt"
	"time"

	"wick/rooms"
)

var fileTests = []test{
	{"a file is there for everybody, exactly", testFile},
	{"the names of files are unique, and so is who gets one", testFileNames},
	{"files are bounded in number and in size, all together", testFileBounds},
	{"a file that is removed is gone with its blob", testRemovedFile},
	{"the end of a room leaves no file", testFilesEnd},
}

// filesLimit is enough for all files of a test.
const filesLimit = 1 << 20

// file puts a blob and makes it a file.
func (w *world) file(room rooms.Room, name string, size int) (rooms.File, []byte) {
	w.Helper()
	from := rooms.Seat{Alias: "ann", Identity: "ann's key", Keyed: true}.Tagged(room.Epoch)
	f := rooms.File{Name: name, Blob: "blob of " + name, Size: int64(size), From: from}
	all := w.put(room, f.Blob, size)
	w.ok(w.a.AddFile(w.ctx, room.Ref, f, filesLimit))
	return f, all
}

// files checks the room's files, but for their times.
func (w *world) files(s rooms.Store, room rooms.Room, want ...rooms.File) {
	w.Helper()
	got, err := s.Files(w.ctx, room.Ref)
	w.ok(err)
	for i := range got {
		if got[i].Time.IsZero() {
			w.Error("a file has no time")
		}
		got[i].Time = time.Time{}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		w.Fatalf("the files are %+v, want %+v", got, want)
	}
}

func testFile(w *world) {
	room := w.light(rooms.Lighting{})
	watch := w.watch(w.b)
	w.files(w.b, room)
	report, all := w.file(room, "report.pdf", rooms.ChunkSize+7)
	e := watch.next(rooms.FilePut)
	if e.From != report.From || e.File == nil || e.File.Name != report.Name || e.File.Size != report.Size || e.Epoch != room.Epoch {
		w.Errorf("published %+v", e)
	}
	empty, _ := w.file(room, "a\u00e4 b", 0)
	watch.next(rooms.FilePut)
	w.files(w.b, room, empty, report)
	w.holds(w.b, room, report.Blob, all)
	found, err := w.b.Find(w.ctx, w.name)
	w.ok(err)
	pulse, err := w.a.Beat(w.ctx, room.Ref, "A", longLease, rooms.Known{})
	w.ok(err)
	if found.Files != 2 || pulse.Files != 2 {
		w.Errorf("%d and %d files are counted", found.Files, pulse.Files)
	}
}

func testFileNames(w *world) {
	const many = 12
	room := w.light(rooms.Lighting{})
	errs := together(many, func(i int) error {
		return w.handle(i).AddFile(w.ctx, room.Ref, rooms.File{Name: "one", Blob: fmt.Sprint("blob ", i), Size: 1}, filesLimit)
	})
	if n := w.winners(errs, rooms.ErrFileExists); n != 1 {
		w.Errorf("%d have put a file of one name", n)
	}
	for i, err := range errs {
		if err == nil { // as after a lost reply
			w.ok(w.b.AddFile(w.ctx, room.Ref, rooms.File{Name: "one", Blob: fmt.Sprint("blob ", i), Size: 1}, filesLimit))
		}
	}
	w.ok(w.b.AddFile(w.ctx, room.Ref, rooms.File{Name: "One", Blob: "another", Size: 1}, filesLimit))
}

func testFileBounds(w *world) {
	room := w.light(rooms.Lighting{})
	add := func(i int, size int64) error {
		return w.handle(i).AddFile(w.ctx, room.Ref, rooms.File{Name: fmt.Sprint("file ", i), Blob: fmt.Sprint("blob ", i), Size: size}, 1000)
	}
	w.ok(add(0, 600))
	w.is(add(1, 401), rooms.ErrFilesFull)
	w.ok(add(1, 400))
	w.is(add(2, 1), rooms.ErrFilesFull)
	for i := 2; i < rooms.MaxFiles; i++ {
		w.ok(add(i, 0))
	}
	w.is(add(rooms.MaxFiles, 0), rooms.ErrTooManyFiles)
	w.ok(w.b.RemoveFile(w.ctx, room.Ref, newSeat("A", "ann"), rooms.File{Name: "file 0", Blob: "blob 0", Size: 600}))
	w.ok(add(rooms.MaxFiles, 600))
}

func testRemovedFile(w *world) {
	room := w.light(rooms.Lighting{})
	report, _ := w.file(room, "report", 2*rooms.ChunkSize)
	other, all := w.file(room, "other", rooms.ChunkSize)
	bob := newSeat("B", "bob")
	watch := w.watch(w.a)
	wrong := report
	wrong.Blob = other.Blob
	w.is(w.b.RemoveFile(w.ctx, room.Ref, bob, wrong), rooms.ErrNoFile)
	w.ok(w.b.RemoveFile(w.ctx, room.Ref, bob, report))
	if e := watch.next(rooms.FileRemoved); e.From.Alias != "bob" || e.File == nil || e.File.Name != "report" {
		w.Errorf("published %+v", e)
	}
	w.is(w.a.RemoveFile(w.ctx, room.Ref, bob, report), rooms.ErrNoFile)
	for n := range 2 {
		_, err := w.a.Chunk(w.ctx, room.Ref, report.Blob, n)
		w.is(err, rooms.ErrNoChunk)
	}
	w.files(w.a, room, other)
	w.holds(w.b, room, other.Blob, all)
	w.file(room, "report", 10) // the name is free again
}

func testFilesEnd(w *world) {
	room := w.light(rooms.Lighting{})
	w.file(room, "report", rooms.ChunkSize)
	w.ok(w.b.Destroy(w.ctx, room.Ref, newSeat("A", "ann")))
	w.clean(w.name)
	again := w.light(rooms.Lighting{})
	w.files(w.b, again)
}
