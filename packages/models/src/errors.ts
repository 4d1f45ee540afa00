/** The errors of this package. */
import { SecateurError } from "@secateur/base";

/** The base class of all errors of this package. */
export class ModelsError extends SecateurError {
  override readonly name: string = "ModelsError";
  override readonly code: string = "MODELS";
}

/** An unknown network name, or options that no network can be built with. */
export class ModelOptionsError extends ModelsError {
  override readonly name = "ModelOptionsError";
  override readonly code = "MODEL_OPTIONS";
}

/** A weights file that cannot be read or does not fit the model. The model is unchanged. */
export class WeightsError extends ModelsError {
  override readonly name = "WeightsError";
  override readonly code = "MODEL_WEIGHTS";
}
