/** What a network costs and what can be removed from it: facts of the architecture, independent of weights. */
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { disposeModel } from "@secateur/model-graph";
import { createModel, type ModelName } from "@secateur/models";
import { paperGates } from "./paper-gates.ts";

export interface Architecture {
  readonly name: ModelName;
  /** Trainable. */
  readonly parameters: number;
  /** Multiply-adds per image. */
  readonly macs: number;
  readonly groups: number;
  /** Of the dependency graph: what can be removed. */
  readonly units: number;
  /** With the paper's placement, or null. */
  readonly gates: number | null;
}

/** With kernels of zeros, which the cpu engine allocates without touching the memory. */
export function measureArchitecture(name: ModelName): Architecture {
  const model = createModel(name, { kernels: "zeros" });
  try {
    const graph = buildDependencyGraph(model);
    return {
      name,
      parameters: countParameters(model).trainable,
      macs: countMacs(model).total,
      groups: graph.groups.length,
      units: graph.groups.reduce((sum, { unitCount }) => sum + unitCount, 0),
      gates: paperGates(name, graph),
    };
  } finally {
    disposeModel(model);
  }
}
