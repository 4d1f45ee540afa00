/** The result of an experiment as a table: our network and the paper's, and the differences. */

import { formatTiming } from "../../compare/timing.ts";
import { markdownOf } from "../../report/markdown-table.ts";
import type { StageTest } from "../events.ts";
import type { Figures } from "../experiment.ts";
import type { MeasuredNetwork } from "../measure-networks.ts";
import type { ExperimentSummary } from "../results.ts";

/** Null is a dash. */
interface Row {
  readonly name: string;
  readonly gmacs: number | null;
  readonly millionParameters: number | null;
  readonly top1Error: number | null;
  readonly top5Error: number | null;
  readonly loss: number | null;
}

export function experimentMarkdown(summary: ExperimentSummary): string {
  return [`# ${summary.experiment.title}`, tableOf(summary), sentencesOf(summary).join("\n")].join("\n\n");
}

function tableOf({ tests, networks, experiment: { paper } }: ExperimentSummary): string {
  const head = ["Network", "MACs (G)", "Parameters (M)", "Top-1 error (%)", "Top-5 error (%)", "Loss"];
  const ours = tests.map((test) => {
    const { stage } = test;
    return { ...measured(test, stage === "unpruned" ? networks.unpruned : networks.pruned), stage };
  });
  const unpruned = ours.find(({ stage }) => stage === "unpruned");
  const last = ours.findLast(({ stage }) => stage !== "unpruned");
  const rows = [
    ...(unpruned === undefined ? [] : compared(unpruned, paper.unpruned)),
    ...ours.filter((row) => row !== unpruned && row !== last),
    ...(last === undefined ? [] : compared(last, paper.pruned)),
  ];
  return markdownOf(
    head,
    rows.map((row) => [
      row.name,
      text(row.gmacs, 2, row),
      text(row.millionParameters, 2, row),
      text(row.top1Error, 2, row),
      text(row.top5Error, 2, row),
      text(row.loss, 3, row),
    ]),
  );
}

function measured({ stage, top1, top5, loss }: StageTest, { macs, parameters }: MeasuredNetwork): Row {
  return {
    name: stage,
    gmacs: macs / 1e9,
    millionParameters: parameters / 1e6,
    top1Error: 100 * (1 - top1),
    top5Error: 100 * (1 - top5),
    loss,
  };
}

/** Our row, the paper's, and ours minus the paper's. */
function compared(ours: Row, paper: Figures | null): readonly Row[] {
  if (paper === null) return [ours];
  const theirs: Row = { name: "the paper's", ...paper, top5Error: null, loss: null };
  const minus = (a: number | null, b: number | null): number | null =>
    a === null || b === null ? null : a - b;
  const difference: Row = {
    name: "difference",
    gmacs: minus(ours.gmacs, theirs.gmacs),
    millionParameters: minus(ours.millionParameters, theirs.millionParameters),
    top1Error: minus(ours.top1Error, theirs.top1Error),
    top5Error: null,
    loss: null,
  };
  return [ours, theirs, difference];
}

function text(value: number | null, decimals: number, { name }: Row): string {
  if (value === null) return "–";
  const sign = name === "difference" && value > 0 ? "+" : "";
  return `${sign}${value.toFixed(decimals)}`;
}

function sentencesOf({ removals, experiment, networks, deviations }: ExperimentSummary): readonly string[] {
  const [first, last] = [removals[0], removals.at(-1)];
  const [unpruned, pruned] = [networks.unpruned.latencyMsPerImage, networks.pruned.latencyMsPerImage];
  const { units } = experiment.gates;
  return [
    ...(first === undefined || last === undefined
      ? []
      : [
          `Removals: ${removals.length}, the first after minibatch ${first.step}, the last after ${last.step}. ` +
            `${units - last.removed} of ${units} gates are left (${(100 * last.gatesLeft).toFixed(1)} %).`,
        ]),
    `Milliseconds per image of 224 × 224, median (quartiles): ${formatTiming(unpruned, 2)} unpruned, ${formatTiming(pruned, 2)} pruned.`,
    ...(experiment.paper.pruned === null ? ["The paper's figures for this row are not confirmed."] : []),
    ...(deviations.length === 0
      ? []
      : ["", "Not as in the paper:", ...deviations.map((each) => `- ${each}`)]),
  ];
}
