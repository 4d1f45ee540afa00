/** The errors of this package. A message says what was passed, what was expected and what to do. */
import { SecateurError } from "@secateur/base";

export class PrunerError extends SecateurError {
  override readonly name: string = "PrunerError";
  override readonly code: string = "PRUNER";
}

/** How far a removal reaches that does not meet its budget. */
export interface Reach {
  /** What the budget limits. */
  readonly kind: "units" | "macs" | "parameters" | "bytes";
  /** The largest share of it that can be removed, 0..1. */
  readonly share: number;
  /** Where most of what stays is: a layer or a group, its share of what stays, and why it stays. */
  readonly holders: readonly { readonly name: string; readonly share: number; readonly reason: string }[];
}

/** A budget outside its range, or one that the selection does not allow to be met. */
export class BudgetError extends PrunerError {
  override readonly name = "BudgetError";
  override readonly code = "BUDGET";
  /** Set where units can be removed, but too few for the budget. */
  readonly reach: Reach | null;

  constructor(message: string, reach: Reach | null = null) {
    super(message);
    this.reach = reach;
  }
}

export function notFinite({ name }: { readonly name: string }): PrunerError {
  return new PrunerError(
    `model "${name}" has logits or slopes that are not finite: check the data and the weights for NaN`,
  );
}
