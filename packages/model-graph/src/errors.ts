/** The error of this package. */
import { SecateurError } from "@secateur/base";

/** A model cannot be traced or rebuilt. */
export class ModelGraphError extends SecateurError {
  override readonly name: string = "ModelGraphError";
  override readonly code: string = "MODEL_GRAPH";
}
