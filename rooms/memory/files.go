package memory

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"wick/rooms"
)

// AddFile implements rooms.Store.
func (s *Store) AddFile(ctx context.Context, ref rooms.Ref, f rooms.File, limit int64) error {
	return s.withRoom(ctx, "add file", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		before, there := r.files[f.Name]
		size := f.Size
		for _, other := range r.files {
			size += other.Size
		}
		switch {
		case there && before.Blob == f.Blob:
			return nil
		case there:
			return rooms.ErrFileExists
		case len(r.files) >= rooms.MaxFiles:
			return rooms.ErrTooManyFiles
		case size > limit:
			return rooms.ErrFilesFull
		case !s.charge(r, messageCost):
			return rooms.ErrStoreFull
		}
		e := r.event(rooms.FilePut, now, f.From)
		f.From, f.Time = e.From, e.Time
		r.files[f.Name], e.File = f, &f
		r.Files = len(r.files)
		sl.publish(e)
		return nil
	})
}

// RemoveFile implements rooms.Store.
func (s *Store) RemoveFile(ctx context.Context, ref rooms.Ref, by rooms.Seat, f rooms.File) error {
	return s.withRoom(ctx, "remove file", ref, func(sl *slot, now time.Time) error {
		r := sl.room
		if r.files[f.Name].Blob != f.Blob || f.Blob == "" {
			return rooms.ErrNoFile
		}
		e := r.event(rooms.FileRemoved, now, rooms.Seat{Alias: by.Alias, Identity: by.Identity, Keyed: by.Keyed})
		f = r.files[f.Name]
		e.File = &f
		delete(r.files, f.Name)
		r.Files = len(r.files)
		s.charge(r, -messageCost)
		s.deleteBlob(r, f.Blob, f.NumChunks())
		sl.publish(e)
		return nil
	})
}

// Files implements rooms.Store.
func (s *Store) Files(ctx context.Context, ref rooms.Ref) (all []rooms.File, err error) {
	err = s.withRoom(ctx, "files", ref, func(sl *slot, _ time.Time) error {
		all = slices.SortedFunc(maps.Values(sl.room.files), func(a, b rooms.File) int { return strings.Compare(a.Name, b.Name) })
		return nil
	})
	return all, err
}
