/** The errors of this package. A message says what was found, what was expected and what to do. */
import { SecateurError } from "@secateur/base";

export class DependencyGraphError extends SecateurError {
  override readonly name: string = "DependencyGraphError";
  override readonly code: string = "DEPENDENCY_GRAPH";
}

/** A layer is used in a way that its rule cannot follow, for instance two layers sharing one weight name. */
export class UnsupportedLayerError extends DependencyGraphError {
  override readonly name = "UnsupportedLayerError";
  constructor(layer: string, className: string, problem: string) {
    super(
      `Layer "${layer}" (${className}): ${problem}. ` +
        `Pass your own rule: buildDependencyGraph(model, { rules: { ...layerRules, ${className}: myRule } }).`,
    );
  }
}
