/** Scores that rank nothing: all equal, usually all 0. A plan made from them would remove units in the model's order. */
import type { Scores } from "./score-minibatch.ts";

/**
 * A sentence if the scores of all units are equal, or null. A single unit has nothing to be ranked against.
 *
 * @param criterion - Its name; null where the scores are the caller's own.
 *
 * @example const warning = equalScoresWarning("taylor-gate", scores);
 */
export function equalScoresWarning(criterion: string | null, scores: Scores): string | null {
  const groups = [...scores.values()];
  const first = groups.find(({ length }) => length > 0)?.[0];
  const count = groups.reduce((sum, { length }) => sum + length, 0);
  if (count < 2 || groups.some((values) => values.some((value) => value !== first))) return null;
  const reason =
    first === 0 ? "the loss does not depend on the units, or is at its minimum" : "nothing tells them apart";
  const what =
    criterion === null
      ? `the scores of all units are ${first}`
      : `criterion "${criterion}" scores all units ${first}`;
  return (
    `${what}: ${reason}, so a plan made from these scores is ` +
    'arbitrary. Check the data, the labels and the loss, or use another criterion, for instance "l2"'
  );
}
