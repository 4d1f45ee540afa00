/** Scores of every seed and choice. Scores in the log are not measured again. */

import type { Progress, Task } from "@secateur/command-line";
import { type Criterion, type Scores, scoreAll } from "@secateur/criteria";
import type { DependencyGraph } from "@secateur/dependency-graph";
import type { Batch, Batches } from "@secateur/training";
import type { CriterionFactories } from "../inputs/load-criteria.ts";
import { eventsOf } from "../run/event-log.ts";
import { lazyTask } from "../run/lazy-task.ts";
import type { RunDirectory } from "../run/run-directory.ts";
import type { Choice, Labels } from "./cells.ts";
import type { CompensationConfig } from "./config.ts";
import type { CompensationEvent } from "./events.ts";
import type { StudyImages } from "./images.ts";

export interface StudyContext {
  readonly run: RunDirectory<CompensationConfig, CompensationEvent>;
  /** Of the unpruned network. */
  readonly graph: DependencyGraph;
  readonly images: StudyImages;
  readonly progress: Progress;
}

export type ScoresOf = (choice: Choice & { readonly seed: number }) => Scores;

/** The criteria with labels, then those that read images once more without labels, where the settings ask for it. */
export function choicesOf(
  criteria: CriterionFactories,
  { unlabelled }: CompensationConfig,
): readonly Choice[] {
  const all = [...criteria].map(([criterion, make]) => ({ criterion, reads: make(0).observes.length > 0 }));
  const of = (labels: Labels, chosen: typeof all): readonly Choice[] =>
    chosen.map(({ criterion }) => ({ criterion, labels }));
  return [
    ...of("given", all),
    ...(unlabelled
      ? of(
          "own",
          all.filter(({ reads }) => reads),
        )
      : []),
  ];
}

/** Scores on moving averages. All criteria of one seed share their observations. */
export async function measureScores(
  context: StudyContext,
  criteria: CriterionFactories,
  choices: readonly Choice[],
): Promise<ScoresOf> {
  const { run, images, progress } = context;
  const { seeds } = run.config;
  const known = new Map(eventsOf(run.log.events, "scores").map((event) => [nameOf(event), event.scores]));
  const passes = seeds.flatMap((seed) =>
    (["given", "own"] as const).flatMap((labels) => {
      const missing = choices.filter(
        (choice) => choice.labels === labels && !known.has(nameOf({ ...choice, seed })),
      );
      const made = missing.flatMap(({ criterion }) => criteria.get(criterion)?.(seed) ?? []);
      return made.length === 0 ? [] : [{ seed, labels, criteria: made }];
    }),
  );
  const task = lazyTask(progress, "Scoring", passes.length * images.scoringBatches);
  for (const { seed, labels, criteria: made } of passes) {
    const scores = await scorePass(context, { seed, labels, criteria: made }, task);
    for (const [criterion, values] of scores) {
      const numbers = Object.fromEntries([...values].map(([id, each]) => [id, Array.from(each)]));
      run.log.append({ type: "scores", seed, criterion, labels, scores: numbers });
      known.set(nameOf({ seed, criterion, labels }), numbers);
    }
  }
  task.done();
  return (choice) =>
    new Map(
      Object.entries(known.get(nameOf(choice)) ?? {}).map(([id, values]) => [id, Float32Array.from(values)]),
    );
}

const nameOf = ({ seed, criterion, labels }: Choice & { readonly seed: number }): string =>
  `${seed}/${criterion}/${labels}`;

interface Pass {
  readonly seed: number;
  readonly labels: Labels;
  readonly criteria: readonly Criterion[];
}

function scorePass(
  { graph, images, progress }: StudyContext,
  { seed, labels, criteria }: Pass,
  task: Task,
): Promise<ReadonlyMap<string, Scores>> {
  const onBatch = (): void => task.advance(1, `seed ${seed}`);
  return scoreAll(graph.model, graph, criteria, counted(images.scoring(seed), onBatch), {
    mode: "eval",
    targets: labels === "own" ? "own" : "labels",
    seed,
    onWarning: (message) => progress.log(message),
  });
}

async function* counted(batches: Batches, onBatch: () => void): AsyncGenerator<Batch> {
  for await (const batch of batches) {
    yield batch;
    onBatch();
    await new Promise((resolve) => setImmediate(resolve)); // lets the process handle signals
  }
}
