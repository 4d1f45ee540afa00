/**
 * Average percentage of zeros (APoZ, Hu et al., 2016, arXiv 1607.03250). The score is 1 - APoZ, the fraction of examples
 * and pixels where the unit is not 0, so that larger is more important.
 */
import { type Criterion, defineCriterion } from "../criterion.ts";
import { activations } from "../observations/activations.ts";

export function apoz(): Criterion {
  return defineCriterion({ name: "apoz", observes: [activations()], score: (group) => group.activity });
}
