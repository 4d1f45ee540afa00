/** Time and memory of a refit beside those of a training step: each task in a process of its own, in turns. */

import type { Progress } from "@secateur/command-line";
import { type ModelName, modelInfo } from "@secateur/models";
import type { NativeEngineName } from "@secateur/native-engine";
import { eventsOf } from "../run/event-log.ts";
import { lazyTask } from "../run/lazy-task.ts";
import { median } from "../run/median.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { type Answer, type Contender, startContender } from "../speed/contender.ts";
import type { CompensationConfig } from "./config.ts";
import type { CompensationEvent } from "./events.ts";
import type { MeasuredTask } from "./measurements.ts";

type Run = RunDirectory<CompensationConfig, CompensationEvent>;

type TaskKey = Pick<MeasuredTask, "network" | "task" | "images">;

/** Rounds in which the tasks of a network take turns; medians count. The first refit is timed as well, as in a program that refits once. */
const rounds = 3;

/** Repetitions per turn. */
const repetitions: Readonly<Record<MeasuredTask["task"], number>> = { train: 5, compensate: 1 };

/** Images of 224 × 224: a training step on 128 of them needs more memory than most machines have. */
const large = { step: 16, refit: 128 } as const;

function tasksOf(network: ModelName, images: number): readonly TaskKey[] {
  const isLarge = isLargeNetwork(network);
  return [
    { network, task: "train", images: isLarge ? large.step : 128 },
    { network, task: "compensate", images: isLarge ? large.refit : images },
  ];
}

/** Networks in the log are not measured again. */
export async function measureCost(
  run: Run,
  engine: NativeEngineName,
  progress: Progress,
): Promise<readonly MeasuredTask[]> {
  const { cost, images } = run.config;
  const logged = eventsOf(run.log.events, "task").map(({ task }) => task);
  const known = new Map(cost.map((network) => [network, logged.filter((task) => task.network === network)]));
  const left = cost.filter((network) => known.get(network)?.length !== tasksOf(network, images).length);
  const bar = lazyTask(progress, "Cost", left.length);
  for (const network of left) {
    const tasks = await measureTasks(tasksOf(network, images), engine);
    for (const task of tasks) run.log.append({ type: "task", task });
    known.set(network, [...tasks]);
    bar.advance(1, network);
  }
  bar.done();
  return cost.flatMap((network) => known.get(network) ?? []);
}

/** Lets the tasks take turns, so that other work on the machine slows all of them. */
async function measureTasks(
  keys: readonly TaskKey[],
  engine: NativeEngineName,
): Promise<readonly MeasuredTask[]> {
  const contenders: Contender[] = [];
  try {
    for (const key of keys) contenders.push(await startTask(key, engine));
    const answers = keys.map((): Answer[] => []);
    for (let round = 0; round < rounds; round++)
      for (const [i, { task }] of keys.entries())
        answers[i]?.push(await (contenders[i] as Contender).ask(repetitions[task]));
    return keys.map((key, i) => summary(key, answers[i] ?? []));
  } finally {
    for (const contender of contenders) contender.stop();
  }
}

function startTask({ network, task, images }: TaskKey, engine: NativeEngineName): Promise<Contender> {
  const batch = task === "train" ? images : Math.min(images, 128);
  return startContender({
    name: `${task} ${network}`,
    runtime: "node",
    task: { engine, task, network, batch, images },
  });
}

function summary(key: TaskKey, answers: readonly Answer[]): MeasuredTask {
  const last = answers.at(-1);
  return {
    ...key,
    seconds: median(answers.flatMap(({ ms }) => ms)) / 1000,
    megabytes: Number(last?.peakMegabytes) - Number(last?.idleMegabytes),
  };
}

function isLargeNetwork(network: ModelName): boolean {
  return modelInfo(network).inputShape[0] === 224;
}
