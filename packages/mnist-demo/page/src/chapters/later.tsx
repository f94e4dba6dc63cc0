// A chapter whose code is fetched when the reader comes near it.
import type { ComponentType, VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";

interface LaterProps<Props> {
  /** Its place in the page's address, and its heading, which are there from the start. */
  readonly id: string;
  readonly title: string;
  readonly load: () => Promise<ComponentType<Props>>;
  readonly props: Props;
  /** The page of the guide that is about the same. */
  readonly guide?: string;
}

export function Later<Props extends object>(given: LaterProps<Props>): VNode {
  const { id, title, load, props, guide } = given;
  const place = useRef<HTMLElement>(null);
  const [loaded, setLoaded] = useState<{ readonly Chapter: ComponentType<Props> }>();
  const [failure, setFailure] = useState<string>();
  useEffect(() => {
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        load().then(
          (Chapter) => setLoaded({ Chapter }),
          (error: unknown) => setFailure(String(error)),
        );
      },
      { rootMargin: "600px" },
    );
    observer.observe(place.current!);
    return () => observer.disconnect();
  }, [load]);
  const Chapter = loaded?.Chapter;
  return (
    <section ref={place} aria-labelledby={id} class={loaded ? "chapter" : "chapter coming"}>
      <h2 id={id}>{title}</h2>
      {Chapter && <Chapter {...props} />}
      {Chapter && guide !== undefined && <GuideLink page={guide} />}
      {failure !== undefined && <p role="alert">This chapter could not be fetched: {failure}.</p>}
    </section>
  );
}

/** To a page of the guide, where the site has it: it says so in its head. */
function GuideLink({ page }: { readonly page: string }): VNode | null {
  const folder = document.querySelector<HTMLMetaElement>("meta[name=guide]")?.content;
  if (folder === undefined) return null;
  return (
    <p class="note">
      <a href={`${folder}${page}.html`}>The same in code: the guide</a>
    </p>
  );
}
