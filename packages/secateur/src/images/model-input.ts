/** The size of the images that a network takes. */
import type * as tfl from "@tensorflow/tfjs-layers";
import { CommandError } from "../errors.ts";

export interface ModelInput {
  readonly height: number;
  readonly width: number;
  /** 1 or 3. */
  readonly channels: number;
}

/**
 * @param openSize - Height and width where the network leaves them open; null if the user gave none.
 * @throws CommandError for a network that does not take one image.
 */
export function modelInput({ inputs, name }: tfl.LayersModel, openSize: number | null): ModelInput {
  const [input, ...others] = inputs;
  const shape = input?.shape ?? [];
  const shown = `[${shape.map((size) => size ?? "any").join(", ")}]`;
  const [, height, width, channels] = shape;
  if (others.length > 0 || shape.length !== 4 || (channels !== 1 && channels !== 3))
    throw new CommandError(
      `the network "${name}" takes ${others.length > 0 ? `${inputs.length} inputs` : shown}, not images [batch, height, width, 1 or 3]. ` +
        "Prune it with pruneOnce of @secateur/pruner, which takes any tensors.",
    );
  if ((height === null || width === null) && openSize === null)
    throw new CommandError(
      `the network "${name}" takes images of any size, ${shown}: give the height and width to use with --image-size.`,
    );
  return { height: height ?? openSize ?? 0, width: width ?? openSize ?? 0, channels };
}
