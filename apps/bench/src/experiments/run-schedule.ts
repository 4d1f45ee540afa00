/**
 * Carries an experiment out from the last checkpoint, or from the start: logs events, writes checkpoints, tests the network
 * after every phase. A test that the log already holds is not repeated.
 */
import type { Progress } from "@secateur/command-line";
import { compensate } from "@secateur/compensation";
import { disposeModel } from "@secateur/model-graph";
import type { Plan } from "@secateur/surgery";
import { evaluate } from "@secateur/training";
import type * as tfl from "@tensorflow/tfjs-layers";
import type { BatchSource } from "../inputs/batch-source.ts";
import { type SkippedEvent, skippedSince } from "../inputs/skipped-images.ts";
import { type EventLog, eventsOf } from "../run/event-log.ts";
import { lazyTask } from "../run/lazy-task.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { checkpointFile, decodePoint, encodePoint, type Point } from "./checkpoint.ts";
import type { ExperimentConfig } from "./config.ts";
import type { ExperimentEvent, StageTest } from "./events.ts";
import { lastRemoval } from "./experiment.ts";
import { pruneBySchedule, type ScheduleContext, type ScheduleEvent } from "./prune-phase.ts";
import { tuneBySchedule, tuningStepsLeft } from "./tune-phase.ts";

/** As much of a run's directory as the schedule needs. */
interface ScheduleRun extends Pick<RunDirectory<ExperimentConfig, ExperimentEvent>, "read" | "write"> {
  readonly config: Pick<ExperimentConfig, "seed" | "repair">;
  readonly log: Pick<EventLog<ExperimentEvent>, "events" | "append">;
}

interface Carrier {
  readonly run: ScheduleRun;
  readonly progress: Progress;
  readonly data: Pick<BatchSource, "test" | "testCount" | "scoring" | "skipped">;
  readonly context: ScheduleContext;
  /** Images skipped since its last call. */
  readonly skipped: () => SkippedEvent | null;
}

/** @returns the final network, which the caller disposes, and the plan from the unpruned network to it. */
export async function runSchedule(
  run: ScheduleRun,
  progress: Progress,
  data: Carrier["data"],
  context: ScheduleContext,
): Promise<{ readonly model: tfl.LayersModel; readonly plan: Plan }> {
  const carrier: Carrier = { run, progress, data, context, skipped: skippedSince(data) };
  const { graph, optimizer } = context;
  const bytes = run.read(checkpointFile);
  let point = bytes === null ? null : await decodePoint(bytes, graph, optimizer);
  await testStage(carrier, "unpruned", graph.model);
  if (point === null || point.phase === "pruning") point = await prune(carrier, point);
  if (point.phase === "pruned") {
    await testStage(carrier, "pruned", point.model);
    if (run.config.repair) point = await repair(carrier, point);
  }
  if (context.experiment.training.epochs > 0) await tune(carrier, point);
  return { model: point.model, plan: point.state.plan };
}

/** Disposes the network of `from`. */
async function prune(carrier: Carrier, from: Point | null): Promise<Point> {
  const { context, progress } = carrier;
  const total = lastRemoval(context.experiment);
  const task = lazyTask(progress, "Pruning", (total ?? 0) - (from?.state.step ?? 0));
  const events = pruneBySchedule(context, from);
  for (;;) {
    const { done, value } = await events.next();
    if (!done) {
      handle(carrier, value, (loss) => task.advance(total === null ? 0 : 1, `loss ${loss.toFixed(2)}`));
      continue;
    }
    task.done();
    if (from !== null) disposeModel(from.model);
    save(carrier, value);
    return value;
  }
}

/** Replaces the pruned network by one whose remaining weights are refitted. */
async function repair(carrier: Carrier, point: Point): Promise<Point> {
  const { run, data, context, progress } = carrier;
  progress.log("Refitting the remaining weights");
  const { seed } = run.config;
  const { graph } = context;
  const samples = data.scoring(seed, "imagenet");
  const { model } = await compensate(graph.model, point.model, point.state.plan, samples, { graph, seed });
  disposeModel(point.model);
  await testStage(carrier, "repaired", model);
  const repaired: Point = { ...point, phase: "tuning", model };
  save(carrier, repaired);
  return repaired;
}

async function tune(carrier: Carrier, point: Point): Promise<void> {
  const { context, progress } = carrier;
  const task = lazyTask(progress, "Fine-tuning", tuningStepsLeft(context, point));
  for await (const event of tuneBySchedule(context, point))
    handle(carrier, event, (loss) => task.advance(1, `loss ${loss.toFixed(2)}`));
  task.done();
  await testStage(carrier, "fine-tuned", point.model);
}

/** The log first: a point logged twice counts once, one that is missing is lost. */
function handle(carrier: Carrier, event: ScheduleEvent, onStep: (loss: number) => void): void {
  if (event.type === "step") onStep(event.loss);
  else if (event.type === "log") log(carrier, event.event);
  else save(carrier, event.point);
}

/** The skipped images first: the event follows from the others. */
function log({ run, skipped }: Carrier, event: ExperimentEvent): void {
  const images = skipped();
  if (images !== null) run.log.append(images);
  run.log.append(event);
}

function save({ run, context }: Carrier, point: Point): void {
  run.write(checkpointFile, encodePoint(point, context.optimizer));
}

async function testStage(carrier: Carrier, stage: StageTest["stage"], model: tfl.LayersModel): Promise<void> {
  const { run, data, progress } = carrier;
  if (eventsOf(run.log.events, "tested").some(({ test }) => test.stage === stage)) return;
  const task = progress.task(`Testing, ${stage}`, data.testCount);
  const onBatch = (count: number): void => task.advance(count);
  const { loss, accuracy, topKAccuracy } = await evaluate(model, data.test("imagenet"), { topK: 5, onBatch });
  task.done();
  const test = { stage, loss, top1: accuracy, top5: Number(topKAccuracy) };
  log(carrier, { type: "tested", test });
  progress.log(`${stage}: top-1 error ${(100 * (1 - accuracy)).toFixed(2)} %, loss ${loss.toFixed(4)}`);
}
