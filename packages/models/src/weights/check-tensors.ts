/** Compares the tensors of a file with those that a model expects, and lists what does not fit. */
import { WeightsError } from "../errors.ts";
import type { StoredTensor } from "../formats/weight-tensor.ts";
import type { ExpectedWeight } from "./expected-weights.ts";

/** Longer lists are cut. */
const listed = 5;

/**
 * Every expected tensor with that of the file.
 *
 * @param ignored - Names in the file that need no counterpart.
 * @throws WeightsError if tensors are missing, unexpected or of another shape.
 */
export function checkTensors(
  expected: readonly ExpectedWeight[],
  tensors: ReadonlyMap<string, StoredTensor>,
  ignored: ReadonlySet<string>,
): readonly (readonly [ExpectedWeight, StoredTensor])[] {
  const names = new Set(expected.map(({ name }) => name));
  const missing = [...names].filter((name) => !tensors.has(name));
  const unexpected = [...tensors.keys()].filter((name) => !names.has(name) && !ignored.has(name));
  const problems = [
    ...(missing.length > 0 ? [`lacks ${list(missing)}, which the model requires`] : []),
    ...(unexpected.length > 0 ? [`contains ${list(unexpected)}, which the model lacks`] : []),
  ];
  if (problems.length > 0) throw new WeightsError(`the weights file ${problems.join(", and ")}`);
  const matched = expected.flatMap((each) => {
    const tensor = tensors.get(each.name);
    return tensor === undefined ? [] : [[each, tensor] as const];
  });
  const mismatched = matched.filter(([each, tensor]) => tensor.shape.join() !== each.shape.join());
  const [first, ...others] = mismatched.map(([{ path, name, shape }, tensor]) => ({
    name,
    text: `"${name}" has shape [${tensor.shape.join(", ")}] in the file; "${path}" requires [${shape.join(", ")}]`,
  }));
  if (first === undefined) return matched;
  const rest = others.map(({ name }) => name);
  throw new WeightsError(
    rest.length === 0 ? first.text : `${first.text}; shapes also differ in ${list(rest)}`,
  );
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, listed).map((name) => `"${name}"`);
  const rest = names.length - shown.length;
  const last = rest > 0 ? `${rest} more` : shown.pop();
  return shown.length === 0 ? String(last) : `${shown.join(", ")} and ${last}`;
}
