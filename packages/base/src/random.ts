/**
 * A seeded random number generator: xoshiro128** (Blackman and Vigna, 2018), with its state filled by splitmix32 from any
 * number of keys. The same keys give the same numbers on every machine. Not cryptographic.
 */

export interface Random {
  /** An integer, 0 ≤ n < 2^32. */
  uint32(): number;
  /** An integer, 0 ≤ n < bound. */
  below(bound: number): number;
  /** 0 ≤ x < 1. */
  uniform(): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
}

/** @param keys - Integers, for instance a seed, an epoch and the index of an image. */
export function createRandom(...keys: readonly number[]): Random {
  return randomFromState(stateOf(keys));
}

type State = readonly [number, number, number, number];

/** @param state - Not all four numbers may be zero. */
export function randomFromState(state: State): Random {
  let [a, b, c, d] = state;

  function uint32(): number {
    const product = Math.imul(b, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = (d << 11) | (d >>> 21);
    return result >>> 0;
  }

  const uniform = (): number => uint32() / 2 ** 32;
  return {
    uint32,
    uniform,
    below: (bound) => Math.floor(uniform() * bound),
    // Box-Muller transform; 1 - u is never 0, so the logarithm is finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Fisher-Yates shuffle, in place. */
export function shuffle(values: Int32Array, random: Random): Int32Array {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const value = values[i] ?? 0;
    values[i] = values[j] ?? 0;
    values[j] = value;
  }
  return values;
}

/** splitmix32 (Steele, Lea and Flood, 2014, in 32 bits): a function of one seed that draws 0 ≤ x < 1. */
export function splitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    const value = mix(state) >>> 0;
    state = (state + 0x9e3779b9) | 0;
    return value / 2 ** 32;
  };
}

function stateOf(keys: readonly number[]): State {
  let hash = 0x9e3779b9;
  // A key has up to 53 bits: both halves are mixed in.
  for (const key of keys) hash = mix(mix(hash ^ (key | 0)) ^ Math.floor(key / 2 ** 32));
  const state = [1, 2, 3, 4].map((i) => mix(hash + Math.imul(i, 0x9e3779b9)));
  return [state[0] ?? 1, state[1] ?? 2, state[2] ?? 3, state[3] ?? 4];
}

/** The finaliser of splitmix32. */
function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}
