/** torchvision's trained DenseNets use the old key `denselayer1.norm.1`, not `denselayer1.norm1`; torchvision renames it. */
import type { StoredTensor } from "../formats/weight-tensor.ts";

const oldKey = /^(.*denselayer\d+\.(?:norm|conv))\.([12]\.(?:weight|bias|running_mean|running_var))$/;

/** Renames old keys to current ones, except those that the model expects as they are. */
export function renameOldDensenetKeys(
  tensors: ReadonlyMap<string, StoredTensor>,
  expected: ReadonlySet<string>,
): ReadonlyMap<string, StoredTensor> {
  const renamed = [...tensors].map(([key, tensor]) => {
    const current = key.replace(oldKey, "$1$2");
    const isOld = !expected.has(key) && expected.has(current) && !tensors.has(current);
    return [isOld ? current : key, tensor] as const;
  });
  return new Map(renamed);
}
