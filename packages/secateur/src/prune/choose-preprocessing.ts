/** The preprocessing of a run: the one that the user names, or the one that fits the network. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { CommandError } from "../errors.ts";
import { guessPreprocessing, preprocessingWarning } from "../images/guess-preprocessing.ts";
import type { ImageSet } from "../images/image-set.ts";
import { type Preprocessing, presetMeanings, presets } from "../images/preprocessing.ts";
import type { PruneSettings } from "./settings.ts";

export interface ChosenPreprocessing {
  readonly preprocessing: Preprocessing;
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
  const preprocessing: Preprocessing = {
    scale: scale ?? 1 / 255,
    mean: mean.length === 0 ? [0] : mean,
    std: std.length === 0 ? [1] : std,
    order: "RGB",
  };
  const shown = (values: readonly number[]): string => values.join(", ");
  const description = `(byte * ${Number(preprocessing.scale.toPrecision(5))} - ${shown(preprocessing.mean)}) / ${shown(preprocessing.std)}`;
  return { preprocessing, description };
}

async function presetOf(
  model: tfl.LayersModel,
  images: ImageSet,
  { preprocess }: PruneSettings,
): Promise<Omit<ChosenPreprocessing, "warning">> {
  if (preprocess !== null)
    return {
      preprocessing: presets[preprocess],
      description: `${preprocess} (${presetMeanings[preprocess]})`,
    };
  const { preset, reason } = await guessPreprocessing(model, images);
  return {
    preprocessing: presets[preset],
    description: `${preset} (${presetMeanings[preset]}), assumed because ${reason}; --preprocess chooses another`,
  };
}
