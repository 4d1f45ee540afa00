/** From what storage says about classes, names or numbers, to labels. */
import { DatasetError, DatasetOptionError } from "../errors.ts";
import type { Labelling } from "./image-files.ts";
import { byCodePoint } from "./image-folder.ts";

export interface LabelOptions {
  /**
   * Class names in the order of their labels, for instance all 1000 wnids. Images of other classes are left out. Default:
   * the names that occur, sorted; where classes are numbered, the numbers from 0 to the largest.
   */
  readonly classes?: readonly string[] | undefined;
}

/**
 * @param names - Null for an image without a class.
 * @returns A label per name; -1 for null and for a name that is not in `classes`.
 */
export function labelsOfNames(names: readonly (string | null)[], { classes }: LabelOptions): Labelling {
  const all = classes ?? [...new Set(names.filter((name) => name !== null))].sort(byCodePoint);
  const labels = new Map(all.map((name, label) => [name, label]));
  if (labels.size < all.length)
    throw new DatasetOptionError("classes has a name twice; every class has one label");
  return { classes: all, labels: names.map((name) => labels.get(name ?? "") ?? -1) };
}

/**
 * @param numbers - From 0.
 * @throws DatasetError for a number that is no label.
 */
export function labelsOfNumbers(
  numbers: readonly number[],
  source: string,
  { classes }: LabelOptions,
): Labelling {
  const largest = numbers.reduce((most, each) => Math.max(most, each), 0);
  const wrong = numbers.find((label) => !Number.isInteger(label) || label < 0 || label >= maximumClasses);
  if (wrong !== undefined || (classes && largest >= classes.length))
    throw new DatasetError(
      `${source} has the label ${wrong ?? largest}; labels must be integers from 0 to ${(classes?.length ?? maximumClasses) - 1}`,
    );
  return {
    classes: classes ?? Array.from({ length: largest + 1 }, (_, label) => String(label)),
    labels: numbers,
  };
}

const maximumClasses = 1_000_000;
