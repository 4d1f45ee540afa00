/**
 * The range of each weight in one array that holds all of them. The layout is made once per pool and sent to the workers,
 * because the order of a copy's weights may differ.
 */
import { modelGraph } from "@secateur/model-graph";
import type * as tfl from "@tensorflow/tfjs-layers";

export interface WeightRange {
  readonly name: string;
  readonly shape: readonly number[];
  /** Index of the first number. */
  readonly start: number;
  /** Index after the last number. */
  readonly end: number;
}

export function weightLayout(model: tfl.LayersModel): readonly WeightRange[] {
  let end = 0;
  return [...modelGraph(model).weights].map(([name, weight]) => {
    const { shape, size } = weight.read();
    const start = end;
    end += size;
    return { name, shape, start, end };
  });
}

/** The number of values in all weights. */
export function layoutSize(layout: readonly WeightRange[]): number {
  return layout.at(-1)?.end ?? 0;
}
