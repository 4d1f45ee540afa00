/** Time and memory of a refit beside those of a training step, each task in a process of its own. */

import type { Progress } from "@secateur/command-line";
import { type ModelName, modelInfo } from "@secateur/models";
import type { NativeEngineName } from "@secateur/native-engine";
import { eventsOf } from "../run/event-log.ts";
import { lazyTask } from "../run/lazy-task.ts";
import { median } from "../run/median.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import { startContender } from "../speed/contender.ts";
import type { CompensationConfig } from "./config.ts";
import type { CompensationEvent } from "./events.ts";
import type { MeasuredTask } from "./measurements.ts";

type Run = RunDirectory<CompensationConfig, CompensationEvent>;

type TaskKey = Pick<MeasuredTask, "network" | "task" | "images">;

/** How often a task is timed; the median counts. The first refit is timed as well, as in a program that refits once. */
const repetitions: Readonly<Record<MeasuredTask["task"], number>> = { train: 5, compensate: 3 };

/** Images of 224 × 224: a training step on 128 of them needs more memory than most machines have. */
const large = { step: 16, refit: 128 } as const;

const tasksOf = ({ cost, images }: CompensationConfig): readonly TaskKey[] =>
  cost.flatMap((network): readonly TaskKey[] => {
    const isLarge = isLargeNetwork(network);
    return [
      { network, task: "train", images: isLarge ? large.step : 128 },
      { network, task: "compensate", images: isLarge ? large.refit : images },
    ];
  });

/** Tasks in the log are not measured again. */
export async function measureCost(
  run: Run,
  engine: NativeEngineName,
  progress: Progress,
): Promise<readonly MeasuredTask[]> {
  const nameOf = ({ network, task }: TaskKey): string => `${network}/${task}`;
  const known = new Map(eventsOf(run.log.events, "task").map(({ task }) => [nameOf(task), task]));
  const tasks = tasksOf(run.config);
  const bar = lazyTask(progress, "Cost", tasks.length - known.size);
  for (const key of tasks) {
    if (known.has(nameOf(key))) continue;
    const task = await measureTask(key, engine);
    run.log.append({ type: "task", task });
    known.set(nameOf(key), task);
    bar.advance(1, key.network);
  }
  bar.done();
  return tasks.flatMap((key) => known.get(nameOf(key)) ?? []);
}

async function measureTask(key: TaskKey, engine: NativeEngineName): Promise<MeasuredTask> {
  const { network, task, images } = key;
  const batch = task === "train" ? images : Math.min(images, 128);
  const contender = await startContender({
    name: `${task} ${network}`,
    runtime: "node",
    task: { engine, task, network, batch, images },
  });
  try {
    const { ms, idleMegabytes, peakMegabytes } = await contender.ask(repetitions[task]);
    return { ...key, seconds: median(ms) / 1000, megabytes: peakMegabytes - idleMegabytes };
  } finally {
    contender.stop();
  }
}

function isLargeNetwork(network: ModelName): boolean {
  return modelInfo(network).inputShape[0] === 224;
}
