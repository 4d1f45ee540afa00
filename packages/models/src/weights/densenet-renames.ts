/**
 * torchvision's trained DenseNets were written when its layers were called `denselayer1.norm.1`, not
 * `denselayer1.norm1`; torchvision itself renames them on loading.
 */
import type { WeightTensor } from "../formats/weight-tensor.ts";

const oldName = /^(.*denselayer\d+\.(?:norm|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$/;

/** The same tensors under today's names. A name that the model wants as it is stays. */
export function withoutOldDensenetNames(
  tensors: ReadonlyMap<string, WeightTensor>,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, WeightTensor> {
  const renamed = [...tensors].map(([name, tensor]) => {
    const current = name.replace(oldName, "$1$2");
    const takes = !wanted.has(name) && wanted.has(current) && !tensors.has(current);
    return [takes ? current : name, tensor] as const;
  });
  return new Map(renamed);
}
