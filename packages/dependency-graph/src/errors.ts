/** The errors of this package. */
import { SecateurError } from "@secateur/base";

export class DependencyGraphError extends SecateurError {
  override readonly name: string = "DependencyGraphError";
  override readonly code: string = "DEPENDENCY_GRAPH";
}

/** A layer rule does not fit the layer, for instance because it binds the wrong number of channels. */
export class UnsupportedLayerError extends DependencyGraphError {
  override readonly name = "UnsupportedLayerError";
  override readonly code = "UNSUPPORTED_LAYER";
  constructor(layer: string, className: string, problem: string) {
    super(
      `Layer "${layer}" (${className}): ${problem}. ` +
        `Pass a rule that fits: buildDependencyGraph(model, { rules: { ...layerRules, ${className}: myRule } }).`,
    );
  }
}
