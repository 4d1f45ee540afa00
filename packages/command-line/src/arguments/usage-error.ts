/** An invalid command line: one sentence, exit code 2. */
import { SecateurError } from "@secateur/base";
import { closest, distance } from "fastest-levenshtein";

export class UsageError extends SecateurError {
  override readonly name: string = "UsageError";
  override readonly code = "USAGE";
}

/** ` Did you mean "l1"?`, or nothing where no known name is similar. Anagrams count as most similar. */
export function suggestion(name: string, known: readonly string[]): string {
  const wanted = name.toLowerCase();
  if (wanted === "" || known.length === 0) return "";
  const containing = known.filter(
    (each) => wanted.length > 1 && (each.includes(wanted) || wanted.includes(each)),
  );
  const swapped = known.find((each) => sortedLetters(each) === sortedLetters(wanted));
  const nearest = swapped ?? closest(wanted, [...(containing.length > 0 ? containing : known)]);
  const tolerance = Math.ceil(Math.max(wanted.length, nearest.length) / 3);
  return containing.length > 0 || distance(wanted, nearest) <= tolerance ? ` Did you mean "${nearest}"?` : "";
}

const sortedLetters = (name: string): string => [...name].toSorted().join("");
