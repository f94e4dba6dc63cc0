// The page as it runs: the worker, how its training stands, and what is looked at.
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { searchOf } from "./address.ts";
import { usualChoices } from "./choices.ts";
import type { Look } from "./inspection.ts";
import { useSubject } from "./subject.ts";
import { useTrainer } from "./trainer.ts";
import { Views } from "./views.tsx";

interface AppProps {
  /** What is seen until the worker tells; left out where the page does not begin as usual. */
  readonly first?: Look | undefined;
}

export function App({ first }: AppProps): VNode {
  const trainer = useTrainer();
  const subject = useSubject(trainer, first);
  const { choices } = trainer.state;
  useEffect(() => {
    const search = searchOf(choices, subject.source, usualChoices);
    history.replaceState(null, "", `${location.pathname}${search}${location.hash}`);
  }, [choices, subject.source]);
  return <Views trainer={trainer} subject={subject} />;
}
