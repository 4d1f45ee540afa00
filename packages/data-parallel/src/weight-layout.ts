/** Where each of a model's weights lies in an array that holds them all; made once a team, as copies may differ in order. */
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface WeightPlace {
  readonly name: string;
  readonly shape: readonly number[];
  /** In numbers, from the array's beginning. */
  readonly start: number;
  readonly end: number;
}

export function weightLayout(model: tfl.LayersModel): readonly WeightPlace[] {
  let end = 0;
  return [...modelGraph(model).weights].map(([name, weight]) => {
    const { shape, size } = weight.read();
    const start = end;
    end += size;
    return { name, shape, start, end };
  });
}

/** How many numbers all weights are. */
export const sizeOf = (layout: readonly WeightPlace[]): number => layout.at(-1)?.end ?? 0;
