/** The preprocessing of a run: the one that the user names, or the one that fits the network. */
import { type Normalization, preprocessingMeanings, preprocessings } from "@secateur/datasets";
import type * as tfl from "@tensorflow/tfjs-layers";
import { CommandError } from "../errors.ts";
import { guessPreprocessing, preprocessingWarning } from "../images/guess-preprocessing.ts";
import type { ImageSet } from "../images/image-set.ts";
import type { PruneSettings } from "./settings.ts";

export interface ChosenPreprocessing {
  readonly preprocessing: Normalization;
  /** What was chosen, and why where the user did not choose. */
  readonly description: string;
  readonly warning: string | null;
}

/** @throws CommandError for a mean or std whose length is neither 1 nor the number of channels. */
export async function choosePreprocessing(
  model: tfl.LayersModel,
  images: ImageSet,
  settings: PruneSettings,
): Promise<ChosenPreprocessing> {
  const { preprocessing, description } =
    ownPreprocessing(settings, images.input.channels) ?? (await presetOf(model, images, settings));
  return { preprocessing, description, warning: await preprocessingWarning(model, images, preprocessing) };
}

function ownPreprocessing(
  { scale, mean, std }: PruneSettings,
  channels: number,
): Omit<ChosenPreprocessing, "warning"> | null {
  if (scale === null && mean.length === 0 && std.length === 0) return null;
  for (const [name, values] of Object.entries({ mean, std }))
    if (![0, 1, channels].includes(values.length))
      throw new CommandError(
        `--${name} has ${values.length} numbers, and the network takes ${channels} channels: give 1 or ${channels}.`,
      );
  const factor = scale ?? 1 / 255;
  const [means, deviations] = [mean.length === 0 ? [0] : mean, std.length === 0 ? [1] : std];
  const perByte = (value: number): number => value / (255 * factor);
  const preprocessing = { mean: means.map(perByte), std: deviations.map(perByte) };
  const shown = (values: readonly number[]): string => values.join(", ");
  const description = `(byte * ${Number(factor.toPrecision(5))} - ${shown(means)}) / ${shown(deviations)}`;
  return { preprocessing, description };
}

async function presetOf(
  model: tfl.LayersModel,
  images: ImageSet,
  { preprocess }: PruneSettings,
): Promise<Omit<ChosenPreprocessing, "warning">> {
  if (preprocess !== null)
    return {
      preprocessing: preprocessings[preprocess],
      description: `${preprocess} (${preprocessingMeanings[preprocess]})`,
    };
  const { preset, reason } = await guessPreprocessing(model, images);
  return {
    preprocessing: preprocessings[preset],
    description: `${preset} (${preprocessingMeanings[preset]}), assumed because ${reason}; --preprocess chooses another`,
  };
}
