/** Removes units from a model and verifies the removal. */
import type { DependencyGraph } from "@secateur/dependency-graph";
import { disposeModel, type InputShape } from "@secateur/model-graph";
import { applyPlan, type Plan, type Verification, verifyPlan } from "@secateur/surgery";
import type * as tfl from "@tensorflow/tfjs-layers";

/**
 * The smaller model, and its proof unless `verify` is false. Disposes the smaller model where the proof fails.
 *
 * @param inputShape - Sizes of the random inputs where the model's are open.
 */
export async function removeUnits(
  graph: DependencyGraph,
  plan: Plan,
  verify: boolean,
  inputShape: InputShape | undefined,
): Promise<{ readonly model: tfl.LayersModel; readonly proof: Verification | null }> {
  const model = applyPlan(graph.model, plan, { graph });
  try {
    const proof = verify ? await verifyPlan(graph.model, plan, { graph, smaller: model, inputShape }) : null;
    return { model, proof };
  } catch (error) {
    disposeModel(model);
    throw error;
  }
}
