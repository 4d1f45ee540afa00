/** Rebuilds a built-in loss from its key, for instance in another thread. */
import { TrainingError } from "../errors.ts";
import { binaryCrossEntropy } from "./binary-cross-entropy.ts";
import { distillation } from "./distillation.ts";
import { type Loss, weighted } from "./loss.ts";
import { meanSquaredError } from "./mean-squared-error.ts";
import { softmaxCrossEntropy } from "./softmax-cross-entropy.ts";

const builtIn: Readonly<Record<string, (options: object) => Loss>> = {
  "softmax-cross-entropy": softmaxCrossEntropy,
  "binary-cross-entropy": binaryCrossEntropy,
  "mean-squared-error": meanSquaredError,
  distillation,
};

interface WeightedKey {
  readonly weight: number;
  readonly of: ParsedKey;
}

type ParsedKey = WeightedKey | { readonly name?: string };

/** Throws `TrainingError` for a key that no built-in loss has. */
export function lossFromKey(key: string): Loss {
  return build(JSON.parse(key));
}

function build(parsed: ParsedKey): Loss {
  if ("of" in parsed) return weighted(build(parsed.of), parsed.weight);
  const { name = "", ...options } = parsed;
  const create = Object.hasOwn(builtIn, name) ? builtIn[name] : undefined;
  if (create === undefined)
    throw new TrainingError(
      `there is no built-in loss "${name}": expected one of ${Object.keys(builtIn).join(", ")}`,
    );
  return create(options);
}
