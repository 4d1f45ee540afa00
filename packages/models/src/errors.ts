/** The errors of this package. A message says what was found, what was expected and what to do. */
import { SecateurError } from "@secateur/base";

export class ModelsError extends SecateurError {
  override readonly name: string = "ModelsError";
  override readonly code: string = "MODELS";
}

/** A name that is not in the table of networks, or options that no network can be built with. */
export class ModelOptionsError extends ModelsError {
  override readonly name = "ModelOptionsError";
}

/** A weights file that cannot be read, or that does not fit the model. The model is left as it was. */
export class WeightsError extends ModelsError {
  override readonly name = "WeightsError";
}
