/** The unpruned network of an experiment, at the run's image size, and its gates. */
import { buildDependencyGraph, type DependencyGraph } from "@secateur/dependency-graph";
import { createModel } from "@secateur/models";
import { readWeights } from "../inputs/weights.ts";
import type { Experiment } from "./experiment.ts";

/** @returns the graph of the network, which the caller disposes. @throws UsageError for weights that do not fit. */
export function openNetwork({ model: name, training }: Experiment, weights: string | null): DependencyGraph {
  const { imageSize } = training;
  const model = createModel(name, { inputShape: [imageSize, imageSize, 3], kernels: "zeros" });
  if (weights !== null) readWeights(model, weights);
  return buildDependencyGraph(model);
}
