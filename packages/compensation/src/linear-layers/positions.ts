/** Sampled output positions: for some of a minibatch's examples and places, one row each. */
import type { Random } from "@secateur/base";

export interface Positions {
  /** `[rows]`: the example of each row. */
  readonly examples: Int32Array;
  /** `[rows]`: the row-major index among the output's places (height · width). */
  readonly places: Int32Array;
}

/** For each example, `perExample` different places of `placeCount`, or all of them if there are fewer. */
export function drawPositions(
  exampleCount: number,
  placeCount: number,
  perExample: number,
  random: Random,
): Positions {
  const count = Math.min(perExample, placeCount);
  const examples = new Int32Array(exampleCount * count);
  const places = new Int32Array(exampleCount * count);
  const order = Int32Array.from({ length: placeCount }, (_, place) => place);
  for (let example = 0; example < exampleCount; example++) {
    for (let i = 0; i < count; i++) {
      if (count < placeCount) swap(order, i, i + random.below(placeCount - i));
      examples[example * count + i] = example;
      places[example * count + i] = order[i] ?? 0;
    }
  }
  return { examples, places };
}

function swap(values: Int32Array, a: number, b: number): void {
  const value = values[a] ?? 0;
  values[a] = values[b] ?? 0;
  values[b] = value;
}
