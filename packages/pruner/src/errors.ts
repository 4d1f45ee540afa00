/** The errors of this package. A message says what was passed, what was expected and what to do. */
import { SecateurError } from "@secateur/base";

export class PrunerError extends SecateurError {
  override readonly name: string = "PrunerError";
  override readonly code: string = "PRUNER";
}

/** A budget outside its range, or one that the selection does not allow to be met. */
export class BudgetError extends PrunerError {
  override readonly name = "BudgetError";
  override readonly code = "BUDGET";
}
