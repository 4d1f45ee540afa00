/** Checks the options of `verifyPlan` where they enter. */
import { modelGraph } from "@secateur/model-graph";
import * as tf from "@tensorflow/tfjs-core";
import type * as tfl from "@tensorflow/tfjs-layers";
import { SurgeryError } from "./errors.ts";
import type { VerifyOptions } from "./verify-plan.ts";

/** Throws `SurgeryError` for an option outside its range, and for inputs that do not fit the model. */
export function checkVerifyOptions(
  model: tfl.LayersModel,
  { rtol = 0, samples = 1, seed = 0, inputs }: VerifyOptions,
): void {
  if (!(rtol >= 0)) throw new SurgeryError(`rtol must be a number of at least 0, not ${rtol}`);
  if (!Number.isInteger(samples) || samples < 1)
    throw new SurgeryError(`samples must be a whole number of at least 1, not ${samples}`);
  if (!Number.isFinite(seed)) throw new SurgeryError(`seed must be a number, not ${seed}`);
  if (inputs !== undefined) checkInputs(model, [inputs].flat());
}

function checkInputs(model: tfl.LayersModel, given: readonly unknown[]): void {
  const expected = modelGraph(model).inputs.map(({ shape }) => shape.slice(1));
  const [first] = given;
  const batch = first instanceof tf.Tensor ? Number(first.shape[0] ?? 0) : 0;
  const fits = (x: unknown, i: number): boolean =>
    x instanceof tf.Tensor &&
    x.rank === Number(expected[i]?.length) + 1 &&
    x.shape[0] === batch &&
    (expected[i] ?? []).every((size, axis) => size === null || size === x.shape[axis + 1]);
  if (given.length === expected.length && batch > 0 && given.every(fits)) return;
  const shapes = given.map((x) => (x instanceof tf.Tensor ? `[${x.shape}]` : typeof x)).join(" and ");
  throw new SurgeryError(
    `inputs is ${shapes}, but model "${model.name}" takes ` +
      `${expected.map((shape) => `[${["batch", ...shape.map((size) => size ?? "any")].join()}]`).join(" and ")}: pass one tensor per input`,
  );
}
