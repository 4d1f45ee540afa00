/** Tests one stage of a pruned network and logs the result; a test that the log already holds is not repeated. */
import type * as tfl from "@tensorflow/tfjs-layers";
import type { StageTest } from "../events.ts";
import type { JobEvent, PruneJob } from "./job.ts";
import { type Tested, type TestImages, testNetwork } from "./test-network.ts";

export async function* testStage(
  model: tfl.LayersModel,
  { stage, ratio }: Pick<StageTest, "stage" | "ratio">,
  { seed, criterion, tests }: PruneJob,
  images: TestImages,
  note: string,
): AsyncGenerator<JobEvent, Tested> {
  const logged = tests.find((test) => test.stage === stage && test.ratio === ratio);
  if (logged !== undefined) return logged;
  const { tested } = yield* testNetwork(model, images, note);
  yield { type: "log", event: { type: "tested", test: { seed, criterion, ratio, stage, ...tested } } };
  return tested;
}
