/** The cells of the study: one per seed, criterion, share, method and set of images. */
import type { CompensationConfig } from "./config.ts";
import { leastSquares, plainRemoval } from "./methods.ts";

/** Whether scores are of the data set's labels or of the network's own predictions. */
export type Labels = "given" | "own";

/** How the units are chosen. */
export interface Choice {
  readonly criterion: string;
  readonly labels: Labels;
}

export interface CellKey extends Choice {
  readonly seed: number;
  /** The share of the multiply-adds to remove. */
  readonly macs: number;
  readonly method: string;
  /** Images of the refit. */
  readonly samples: number;
  /** The classes of these images. */
  readonly classes: "all" | "half";
}

export function keyOf({ seed, criterion, labels, macs, method, samples, classes }: CellKey): string {
  return [seed, criterion, labels, macs, method, samples, classes].join("/");
}

/**
 * Each cell once, those of one seed together.
 *
 * @param choices - In the order of the tables. The first is also that of the curve and of half of the classes.
 */
export function cellsOf(config: CompensationConfig, choices: readonly Choice[]): readonly CellKey[] {
  const { seeds, macs, methods, images, samples, shifted } = config;
  const [first] = choices;
  const cells = seeds.flatMap((seed) =>
    macs.flatMap((share): readonly CellKey[] => {
      const of = (choice: Choice, method: string): CellKey => ({
        ...choice,
        seed,
        macs: share,
        method,
        samples: images,
        classes: "all",
      });
      const main = choices.flatMap((choice) => methods.map((method) => of(choice, method)));
      if (first === undefined) return main;
      const refits = shifted ? methods.filter((method) => method !== plainRemoval) : [];
      return [
        ...main,
        ...samples.map((count) => ({ ...of(first, leastSquares), samples: count })),
        ...refits.map((method) => ({ ...of(first, method), classes: "half" as const })),
      ];
    }),
  );
  return [...new Map(cells.map((cell) => [keyOf(cell), cell])).values()];
}
