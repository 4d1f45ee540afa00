/** The errors of this package. */
import { SecateurError } from "@secateur/base";

/** The base class of all errors of this package. */
export class ModelFilesError extends SecateurError {
  override readonly name: string = "ModelFilesError";
  override readonly code: string = "MODEL_FILES";
}

/** A file that is missing, truncated, damaged, too large, or outside the model's folder. Nothing was loaded. */
export class ModelFileError extends ModelFilesError {
  override readonly name = "ModelFileError";
  override readonly code = "MODEL_FILE";
}

/** A model that is intact but cannot become a `tf.LayersModel`. The message lists the layers and their classes. */
export class UnsupportedModelError extends ModelFilesError {
  override readonly name = "UnsupportedModelError";
  override readonly code = "UNSUPPORTED_MODEL";
}

/** @param layers - Each with its path and class. */
export function unsupportedLayers(layers: readonly string[]): UnsupportedModelError {
  return new UnsupportedModelError(
    `tfjs has no equivalent of these layers: ${layers.join(", ")}. Pass classes of your own as \`customLayers\`, or replace ` +
      "the layers before exporting the model",
  );
}
