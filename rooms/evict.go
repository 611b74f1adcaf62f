package rooms

import "maps"

// evict makes room in a map that remembers people by key, so that strangers
// cannot grow it: it deletes the stale entries and, if more than keep are left,
// any of them.
func evict[V any](m map[string]V, keep int, stale func(key string, v V) bool) {
	maps.DeleteFunc(m, stale)
	for key := range m {
		if len(m) <= keep {
			return
		}
		delete(m, key)
	}
}
