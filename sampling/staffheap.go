package sampling

// less compares two pairs lexicographically, as §7 does with costs and potentials: the evenness of
// the year first, the lot second. Adding the same pair to both sides changes nothing, which is all
// that shortest paths need of numbers.
func (a Dual) less(b Dual) bool {
	return a.Even < b.Even || a.Even == b.Even && a.Pair < b.Pair
}

// The standard library's container/heap would do the same through an interface, at three times the
// cost, and would still need the places of nodes to be kept for lowering.

// nodeHeap is a binary heap of node numbers with a distance each, from which the nearest node is
// taken first and in which a distance can be lowered: the queue of Dijkstra's algorithm. Which of
// several nodes at one distance comes first follows from the order of the calls alone.
type nodeHeap struct {
	// nodes are the queued nodes; none is nearer than the one at half its place.
	nodes []int32
	// dist is the distance of each node, of those taken out the one at which they were.
	dist []int64
	// at is the place of each node in nodes plus one; 0 says that it is not queued.
	at []int32
}

// newNodeHeap is an empty heap for the nodes 0 to n−1.
func newNodeHeap(n int) *nodeHeap {
	return &nodeHeap{dist: make([]int64, n), at: make([]int32, n)}
}

// lower queues v at distance d, or moves it up to d, which must not be above its present distance.
// It takes steps in proportion to the logarithm of the number of queued nodes.
func (h *nodeHeap) lower(v int32, d int64) {
	h.dist[v] = d
	if h.at[v] == 0 {
		h.nodes = append(h.nodes, v)
		h.at[v] = int32(len(h.nodes))
	}
	i := int(h.at[v]) - 1
	for i > 0 {
		up := (i - 1) / 2
		if d >= h.dist[h.nodes[up]] {
			break
		}
		h.put(i, h.nodes[up])
		i = up
	}
	h.put(i, v)
}

// Nodes at one distance come out in an order that depends on that of the calls, never on memory or
// time: the solver is a function, also where costs are equal.

// pop takes the nearest node out; ok is false when none is queued. A node taken out may be queued
// again by lower; Dijkstra's algorithm never does so while no arc has a negative length.
func (h *nodeHeap) pop() (v int32, ok bool) {
	if len(h.nodes) == 0 {
		return 0, false
	}
	v = h.nodes[0]
	h.at[v] = 0
	last := h.nodes[len(h.nodes)-1]
	h.nodes = h.nodes[:len(h.nodes)-1]
	if len(h.nodes) > 0 {
		h.sink(last)
	}
	return v, true
}

// sink places v, which is in no place now, from the root downwards.
func (h *nodeHeap) sink(v int32) {
	d, i := h.dist[v], 0
	for {
		c := 2*i + 1
		if c >= len(h.nodes) {
			break
		}
		if c+1 < len(h.nodes) && h.dist[h.nodes[c+1]] < h.dist[h.nodes[c]] {
			c++
		}
		if h.dist[h.nodes[c]] >= d {
			break
		}
		h.put(i, h.nodes[c])
		i = c
	}
	h.put(i, v)
}

// put writes node v at place i.
func (h *nodeHeap) put(i int, v int32) {
	h.nodes[i], h.at[v] = v, int32(i)+1
}

// clear empties the heap in as many steps as nodes are queued.
func (h *nodeHeap) clear() {
	for _, v := range h.nodes {
		h.at[v] = 0
	}
	h.nodes = h.nodes[:0]
}
