package redis

import (
	"context"
	"slices"
	"strings"

	"wick/rooms"
)

// AddFile implements rooms.Store.
func (s *Store) AddFile(ctx context.Context, ref rooms.Ref, f rooms.File, limit int64) error {
	f.Time = s.now(ctx, ref.Name)
	r, err := s.runOn(ctx, ref, addFileScript, s.codec.tag(ref, taggedFile, f.Name), s.codec.sealFile(ref, sealedFile, f), f.Size, limit)
	if err != nil || !r.next("exists") {
		return err
	}
	before, err := s.codec.openFile(ref, sealedFile, r.string())
	if bad := r.err(); bad != nil {
		return bad
	}
	if err != nil || before.Blob != f.Blob {
		return wrap(r.op, rooms.ErrFileExists)
	}
	return nil
}

// RemoveFile implements rooms.Store.
func (s *Store) RemoveFile(ctx context.Context, ref rooms.Ref, by rooms.Seat, f rooms.File) error {
	all, err := s.files(ctx, ref)
	if err != nil {
		return err
	}
	envelope := ""
	for sealed, file := range all {
		if file.Blob == f.Blob && file.Name == f.Name {
			envelope = sealed
		}
	}
	removed := f
	removed.From, removed.Time = rooms.Seat{Alias: by.Alias, Identity: by.Identity, Keyed: by.Keyed}, s.now(ctx, ref.Name)
	_, err = s.runOn(ctx, ref, rmFileScript, s.codec.tag(ref, taggedFile, f.Name), envelope, f.Size,
		s.codec.tag(ref, taggedBlob, f.Blob), f.NumChunks(), s.codec.sealFile(ref, sealedRemoved, removed))
	return err
}

// Files implements rooms.Store.
func (s *Store) Files(ctx context.Context, ref rooms.Ref) ([]rooms.File, error) {
	sealed, err := s.files(ctx, ref)
	if err != nil {
		return nil, err
	}
	all := make([]rooms.File, 0, len(sealed))
	for _, f := range sealed {
		all = append(all, f)
	}
	slices.SortFunc(all, func(a, b rooms.File) int { return strings.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b rooms.File) bool { return a.Name == b.Name }), nil // a forger may have one twice
}

// files returns the files that a server sealed, by their envelopes.
func (s *Store) files(ctx context.Context, ref rooms.Ref) (map[string]rooms.File, error) {
	r, err := s.runOn(ctx, ref, filesScript)
	if err != nil {
		return nil, err
	}
	all := map[string]rooms.File{}
	for _, sealed := range r.strings() {
		if f, err := s.codec.openFile(ref, sealedFile, sealed); err == nil {
			all[sealed] = f
		}
	}
	return all, r.err()
}
