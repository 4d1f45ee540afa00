/**
 * Checks that labels number ImageNet's classes in the order of sorted wnids, as far as file names say what an image
 * shows: the names of training images start with their wnid, and the classes of the first validation images are known.
 */
import { basename } from "node:path";
import { LabelOrderError } from "../errors.ts";
import type { EncodedImages } from "../images/encoded-images.ts";

/** Of ILSVRC2012_val_00000001 to 10. */
const firstValidation: readonly (readonly [wnid: string, label: number])[] = [
  ["n01751748", 65],
  ["n09193705", 970],
  ["n02105855", 230],
  ["n04263257", 809],
  ["n03125729", 516],
  ["n01735189", 57],
  ["n02346627", 334],
  ["n02776631", 415],
  ["n03794056", 674],
  ["n02328150", 332],
];
const classCount = 1000;

/** @throws LabelOrderError for the first image whose label and name do not fit. */
export function checkLabelOrder(images: EncodedImages): void {
  const { classes, labels, count } = images;
  const labelOf = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const name = basename(images.nameOf(index));
    const label = labels[index] ?? 0;
    const wnid = wnidIn(name);
    if (wnid === null) continue;
    const className = classes[label] ?? "";
    if (isWnid(className)) {
      requireClass(images, index, wnid, className === wnid);
      continue;
    }
    const expected = knownLabel(name, classes) ?? labelOf.get(wnid) ?? label;
    requireClass(images, index, wnid, label === expected);
    labelOf.set(wnid, label);
  }
  const sorted = [...labelOf].sort(([a], [b]) => (a < b ? -1 : 1));
  const swapped = sorted.findIndex(([, label], i) => i > 0 && label <= (sorted[i - 1]?.[1] ?? -1));
  if (swapped < 0) return;
  const [[first, low] = ["", 0], [second, high] = ["", 0]] = sorted.slice(swapped - 1);
  throw new LabelOrderError(
    `${images.source} gives ${first} the label ${low} and ${second} the label ${high}; labels must number the sorted wnids from 0; ${devkitOrder}`,
  );
}

export const devkitOrder =
  "the devkit's numbers (ILSVRC2012_ID, ILSVRC2012_validation_ground_truth.txt) have another order: give its meta.mat, or a list of file names and wnids such as Kaggle's LOC_val_solution.csv";

function requireClass(images: EncodedImages, index: number, wnid: string, isRight: boolean): void {
  if (isRight) return;
  const label = images.labels[index] ?? 0;
  const className = images.classes[label];
  throw new LabelOrderError(
    `${images.nameOf(index)} shows ${wnid} and has the label ${label}${className === String(label) ? "" : `, ${className}`}; labels must number the sorted wnids from 0; ${devkitOrder}`,
  );
}

export const isWnid = (name: string): boolean => /^n\d{8}$/.test(name);

/** The label of one of the first validation images, where all classes are there. */
function knownLabel(name: string, classes: readonly string[]): number | null {
  return classes.length === classCount ? (validationEntry(name)?.[1] ?? null) : null;
}

/** The class that a file name states. */
function wnidIn(name: string): string | null {
  const entry = validationEntry(name);
  return entry?.[0] ?? /(?:^|_|: )(n\d{8})[_.]/.exec(name)?.[1] ?? null;
}

function validationEntry(name: string): readonly [wnid: string, label: number] | null {
  const [, number] = /ILSVRC2012_val_(\d{8})/.exec(name) ?? [];
  return number === undefined ? null : (firstValidation[Number(number) - 1] ?? null);
}
