/** Progress of pruning: every stage has the share that is done, also the choice of units. */
import type { Progress } from "@secateur/command-line";
import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { startStages } from "../src/prune/stages.ts";

function recorded(): { readonly progress: Progress; readonly lines: string[] } {
  const lines: string[] = [];
  const progress: Progress = {
    task: (label, total) => {
      let done = 0;
      return {
        advance: (amount) => {
          done += amount;
          lines.push(`${label} ${Math.round((100 * done) / total)} %`);
        },
        done: () => lines.push(`${label} done`),
      };
    },
    log: () => undefined,
    stop: () => undefined,
  };
  return { progress, lines };
}

it("counts images, groups and layers", () => {
  const { progress, lines } = recorded();
  const stages = startStages(progress, 2);
  for (const { xs } of stages.scoring([{ xs: tf.ones([2, 3]) }])) tf.dispose(xs as tf.Tensor);
  for (const done of [1, 2]) stages.choosing(done, 2);
  for (const done of [1, 2, 3, 4]) stages.repairing(done, 4);
  stages.done();
  expect(lines).toEqual([
    "Scoring 100 %",
    "Scoring done",
    "Choosing units 50 %",
    "Choosing units 100 %",
    "Choosing units done",
    ...["Repairing 25 %", "Repairing 50 %", "Repairing 75 %", "Repairing 100 %", "Repairing done"],
  ]);
});

it("goes on to the repair where no group's units are chosen anew", () => {
  const { progress, lines } = recorded();
  const stages = startStages(progress, 2);
  for (const { xs } of stages.scoring([{ xs: tf.ones([2, 3]) }])) tf.dispose(xs as tf.Tensor);
  stages.repairing(1, 1);
  stages.done();
  expect(lines.slice(1)).toEqual([
    "Scoring done",
    "Choosing units done",
    "Repairing 100 %",
    "Repairing done",
  ]);
});
