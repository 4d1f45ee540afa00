/** Prunes one seed's network by one criterion to each ratio: score once, remove, verify, record. */
import { selectUnits } from "@secateur/pruner";
import { applyPlan, verifyPlan } from "@secateur/surgery";
import { budgetOf } from "../budget.ts";
import type { JobEvent, PruneJob } from "./job.ts";
import { recordCell } from "./record-cell.ts";
import type { SharedScores } from "./shared-scores.ts";
import { openNetwork, type PruneContext } from "./trained-network.ts";

export async function* pruneOneShot(
  job: PruneJob,
  scoresOf: SharedScores,
  context: PruneContext,
): AsyncGenerator<JobEvent> {
  const { config, data } = context;
  const network = await openNetwork(job, context);
  const { graph } = network;
  const note = `seed ${job.seed}: scoring`;
  yield { type: "work", amount: 0, note };
  const scored = (await scoresOf(network, job.seed)).get(job.criterion);
  if (scored === undefined) throw new Error(`there are no scores by "${job.criterion}"`);
  const { scores, notes } = scored;
  yield { type: "work", amount: data.scoringCount, note };
  for (const ratio of job.ratios) {
    const plan = selectUnits(graph, scores, budgetOf(config, ratio));
    const model = applyPlan(graph.model, plan, { graph });
    await verifyPlan(graph.model, plan, { graph, smaller: model });
    yield* recordCell({ model, plan, ratio, isTuned: config.finetune > 0, notes }, network, job, context);
    model.dispose();
  }
  graph.model.dispose();
}
