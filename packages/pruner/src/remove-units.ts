/** Removes units from a model and verifies the removal. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel } from "@secateur/model-graph";
import { applyPlan, type Plan, type Verification, verifyPlan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";

/** The smaller model, and its proof unless `verify` is false. Disposes the smaller model where the proof fails. */
export async function removeUnits(
  graph: DependencyGraph,
  plan: Plan,
  verify: boolean,
): Promise<{ readonly model: tfl.LayersModel; readonly proof: Verification | null }> {
  const model = applyPlan(graph.model, plan, { graph });
  try {
    const proof = verify ? await verifyPlan(graph.model, plan, { graph, smaller: model }) : null;
    return { model, proof };
  } catch (error) {
    disposeModel(model);
    throw error;
  }
}
