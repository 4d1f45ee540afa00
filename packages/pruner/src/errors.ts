/** The errors of this package. A message says what was passed, what was expected and what to do. */

export class PrunerError extends Error {
  override readonly name: string = "PrunerError";
}

/** A budget outside its range, or one that the floors do not let the pruner reach. */
export class BudgetError extends PrunerError {
  override readonly name = "BudgetError";
}
