// Light or dark, as the reader has it: what is drawn on a canvas must be drawn anew when it
// changes.
import { useEffect, useState } from "preact/hooks";

/** A query of the reader's screen; undefined where the page is built. */
function matched(query: string): MediaQueryList | undefined {
  return "matchMedia" in globalThis ? matchMedia(query) : undefined;
}

export function useColorScheme(): "light" | "dark" {
  const [query] = useState(() => matched("(prefers-color-scheme: dark)"));
  const [dark, setDark] = useState(query?.matches ?? false);
  useEffect(() => {
    if (!query) return;
    const changed = (): void => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, [query]);
  return dark ? "dark" : "light";
}
