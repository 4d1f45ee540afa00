/** Union-find over single channels (Tarjan 1975): every channel is an element, layer rules tie them, the classes are units. */
export interface UnionFind {
  /** Adds `count` elements, each a class of its own, and returns their ids. */
  readonly add: (count: number) => Int32Array;
  /** The representative of an element's class: its smallest id, so that results do not depend on the order of unions. */
  readonly find: (id: number) => number;
  readonly union: (a: number, b: number) => void;
  readonly size: () => number;
}

export function unionFind(): UnionFind {
  const parent: number[] = [];
  const find = (id: number): number => {
    let root = id;
    for (let up = parent[root] ?? root; up !== root; up = parent[root] ?? root) root = up;
    for (let node = id; node !== root; ) {
      const up = parent[node] ?? root;
      parent[node] = root;
      node = up;
    }
    return root;
  };
  return {
    add(count) {
      const start = parent.length;
      for (let i = 0; i < count; i++) parent.push(start + i);
      return Int32Array.from({ length: count }, (_, i) => start + i);
    },
    find,
    union(a, b) {
      const rootA = find(a);
      const rootB = find(b);
      if (rootA !== rootB) parent[Math.max(rootA, rootB)] = Math.min(rootA, rootB);
    },
    size: () => parent.length,
  };
}
