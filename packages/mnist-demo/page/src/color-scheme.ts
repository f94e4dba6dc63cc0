// Light or dark, as the reader has it: what is drawn on a canvas must be drawn anew when it
// changes.
import { useEffect, useState } from "preact/hooks";

export function useColorScheme(): "light" | "dark" {
  const [query] = useState(() => matchMedia("(prefers-color-scheme: dark)"));
  const [dark, setDark] = useState(query.matches);
  useEffect(() => {
    const changed = (): void => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, [query]);
  return dark ? "dark" : "light";
}
