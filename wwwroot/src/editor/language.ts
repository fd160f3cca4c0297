// Which language a file is in. Monaco itself looks at the address of a new model only, not when a file is renamed.
import { nameOf } from "../shell/dom";
import type { Monaco } from "./monaco";

export function languageOf(monaco: Monaco, path: string): string {
  const name = nameOf(path).toLowerCase();
  const known = monaco.languages.getLanguages();
  const byName = known.find((one) => one.filenames?.some((file) => file.toLowerCase() === name));
  return (byName ?? known.find((one) => one.extensions?.some((extension) => name.endsWith(extension.toLowerCase()))))?.id ?? "plaintext";
}
