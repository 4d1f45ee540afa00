/** One run of `bench:imagenet --experiment`: test, prune, test, repair, fine-tune, test, save, and print beside the paper. */
import process from "node:process";
import { describeEngine } from "@secateur/backend";
import { type Progress, UsageError, versions } from "@secateur/command-line";
import { disposeModel } from "@secateur/model-graph";
import { sgd } from "@secateur/training";
import type { BatchSource } from "../inputs/batch-source.ts";
import { imagenetBatches } from "../inputs/imagenet.ts";
import { recordEngine, startEngine } from "../inputs/run-engine.ts";
import { skippedImages } from "../inputs/skipped-images.ts";
import { commit } from "../run/environment.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { logWork } from "../run/shared-events.ts";
import { type ExperimentConfig, experimentOf, microBatch } from "./config.ts";
import type { ExperimentEvent } from "./events.ts";
import { measureNetworks } from "./measure-networks.ts";
import { experimentMarkdown } from "./report/markdown.ts";
import { summarise } from "./results.ts";
import { runSchedule } from "./run-schedule.ts";
import { saveNetwork } from "./save-network.ts";
import { openNetwork } from "./unpruned-network.ts";

type ExperimentRun = RunDirectory<ExperimentConfig, ExperimentEvent>;

/** Images in one pass of a test. */
const largestEvaluation = 64;
/** Images of the repair. */
const repairImages = 960;

export async function runExperiment(run: ExperimentRun, progress: Progress): Promise<void> {
  const { config, log } = run;
  const startedAt = new Date();
  const engine = await startEngine(run, progress);
  const experiment = experimentOf(config);
  const graph = openNetwork(experiment, config.weights);
  const data = await openImages(config);
  recordEngine(engine, log);
  const { learningRate, momentum, weightDecay } = experiment.training;
  const optimizer = sgd({ learningRate, momentum, weightDecay });
  const { seed, accumulate } = config;
  const { model, plan } = await runSchedule(run, progress, data, {
    experiment,
    graph,
    optimizer,
    microBatches: accumulate,
    training: data.training(seed, "imagenet"),
    stepsPerEpoch: data.stepsPerEpoch,
  });
  optimizer.dispose();
  const saved = await saveNetwork(run, model, plan);
  for (const each of [model, graph.model]) disposeModel(each);
  const networks = await measureNetworks(experiment.model, plan, progress);
  const images = {
    training: data.trainCount,
    validation: data.testCount,
    skipped: skippedImages(log.events),
  };
  const durationMs = logWork(log, startedAt);
  const summary = summarise(config, log.events, networks, images, {
    engine: describeEngine(engine),
    versions: versions(),
    commit: commit(),
    startedAt: startedAt.toISOString(),
    durationMs,
  });
  run.write("summary.json", `${JSON.stringify(summary, null, 2)}\n`);
  progress.stop();
  process.stdout.write(
    `${experimentMarkdown(summary)}\n\nThe pruned network: ${saved.join(", ")} in ${run.path}\n`,
  );
}

async function openImages(config: ExperimentConfig): Promise<BatchSource> {
  const { batch, imageSize } = config;
  const evaluationBatchSize = Math.min(largestEvaluation, microBatch(config));
  const settings = { ...config, network: null, preprocess: null };
  const data = await imagenetBatches(settings, {
    batchSize: batch,
    evaluationBatchSize,
    scoringBatches: Math.ceil(repairImages / batch),
    imageSize,
  });
  if (data.trainCount >= batch) return data;
  throw new UsageError(
    `--batch must be at most ${data.trainCount}, the number of training images, not ${batch}: give a smaller --batch, or more images.`,
  );
}
