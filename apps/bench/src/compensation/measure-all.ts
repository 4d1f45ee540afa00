/** All measurements of a compensation study, in order. */
import { describeEngine } from "@secateur/backend";
import type { Progress } from "@secateur/command-line";
import { versions } from "@secateur/command-line";
import { buildDependencyGraph } from "@secateur/dependency-graph";
import { countMacs, countParameters } from "@secateur/metrics";
import { createModel } from "@secateur/models";
import { requireSameCriterionFiles } from "../inputs/criterion-files.ts";
import { loadCriteria } from "../inputs/load-criteria.ts";
import { recordEngine, startEngine } from "../inputs/run-engine.ts";
import { readWeights } from "../inputs/weights.ts";
import { commit } from "../run/environment.ts";
import { eventsOf } from "../run/event-log.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { logWork, requireUnchanged } from "../run/shared-events.ts";
import type { CompensationConfig } from "./config.ts";
import type { CompensationEvent, NetworkEvent } from "./events.ts";
import { studyImages } from "./images.ts";
import { measureCells } from "./measure-cells.ts";
import { measureCost } from "./measure-cost.ts";
import { choicesOf, measureScores, type StudyContext } from "./measure-scores.ts";
import type { CompensationMeasurements } from "./measurements.ts";

type Run = RunDirectory<CompensationConfig, CompensationEvent>;

export async function measureAll(run: Run, progress: Progress): Promise<CompensationMeasurements> {
  const { config } = run;
  const startedAt = new Date();
  const engine = await startEngine(run, progress);
  const criteria = await loadCriteria(config);
  const model = createModel(config.model, { seed: 0 });
  readWeights(model, config.weights);
  const graph = buildDependencyGraph(model);
  const images = await studyImages(model, config);
  requireSameNetwork(run, images.loss);
  requireSameCriterionFiles(run);
  recordEngine(engine, run.log);
  const context: StudyContext = { run, graph, images, progress };
  const unpruned = await testUnpruned(context);
  const choices = choicesOf(criteria, config);
  const scoresOf = await measureScores(context, criteria, choices);
  const cells = await measureCells(context, choices, scoresOf);
  const cost = await measureCost(run, engine.engine, progress);
  const network = { ...unpruned, macs: countMacs(model).total, parameters: countParameters(model).trainable };
  model.dispose();
  return {
    config,
    network,
    cells,
    cost,
    engine: describeEngine(engine).split("\n")[0] ?? "", // without the engines that were not used
    versions: versions(),
    commit: commit(),
    startedAt: startedAt.toISOString(),
    durationMs: logWork(run.log, startedAt),
  };
}

/** A resumed run must use the network that it started with. */
function requireSameNetwork({ log, path }: Run, loss: number): void {
  requireUnchanged<NetworkEvent>(log, { type: "network", loss }, (before) =>
    Math.abs(loss - before.loss) <= 1e-3 * before.loss + 1e-6
      ? null
      : `The network of the run in ${path} had a loss of ${before.loss.toFixed(4)} at its start and has ${loss.toFixed(4)} now: its weights or images have changed. Choose another --out.`,
  );
}

async function testUnpruned({
  run,
  graph,
  images,
  progress,
}: StudyContext): Promise<Pick<CompensationMeasurements["network"], "accuracy" | "loss">> {
  const [known] = eventsOf(run.log.events, "unpruned");
  const { accuracy, loss } = known ?? (await images.test(graph.model));
  if (known === undefined) run.log.append({ type: "unpruned", accuracy, loss });
  const percent = (100 * accuracy).toFixed(2);
  progress.log(`${run.config.model}: ${percent} % of the test images, loss ${loss.toFixed(4)}`);
  return { accuracy, loss };
}
