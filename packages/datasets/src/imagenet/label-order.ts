/**
 * Checks that labels number ImageNet's classes in the order of sorted wnids, as far as file names say what an image
 * shows: the names of training images start with their wnid, and the classes of the first validation images are known.
 */
import { basename } from "node:path";
import { LabelOrderError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";

/** The classes of ILSVRC2012_val_00000001 to 10. */
const firstValidation: readonly string[] = [
  "n01751748",
  "n09193705",
  "n02105855",
  "n04263257",
  "n03125729",
  "n01735189",
  "n02346627",
  "n02776631",
  "n03794056",
  "n02328150",
];

export const devkitOrder =
  "the devkit's numbers (ILSVRC2012_ID, ILSVRC2012_validation_ground_truth.txt) have another order: give its meta.mat, or a list of file names and wnids such as Kaggle's LOC_val_solution.csv";

/** @throws LabelOrderError for the first image whose label and name do not fit. */
export function checkLabelOrder({ classes, labels, count, nameOf }: EncodedImages): void {
  for (let index = 0; index < count; index++) {
    const label = labels[index] ?? 0;
    const wnid = wnidIn(basename(nameOf(index)));
    if (wnid === null || classes[label] === wnid) continue;
    const right = classes.indexOf(wnid);
    throw new LabelOrderError(
      `${nameOf(index)} shows ${wnid}${right < 0 ? "" : `, class ${right},`} and has the label ${label}; labels must number the sorted wnids from 0, and ${devkitOrder}`,
    );
  }
}

export const isWnid = (name: string): boolean => /^n\d{8}$/.test(name);

/** The class that a file name states. */
function wnidIn(name: string): string | null {
  const [, number] = /ILSVRC2012_val_(\d{8})/.exec(name) ?? [];
  const known = number === undefined ? undefined : firstValidation[Number(number) - 1];
  return known ?? /(?:^|_| )(n\d{8})[_.]/.exec(name)?.[1] ?? null;
}
