// A plugin of typedoc's: what is inherited from TypeScript's own library says no place in a file of that.

export function load({ converter }) {
  // Converter.EVENT_RESOLVE_END; typedoc is only there while it runs (pnpm dlx).
  converter.on("resolveEnd", ({ project }) => {
    for (const reflection of Object.values(project.reflections)) {
      reflection.sources = reflection.sources?.filter(
        ({ fullFileName }) => !fullFileName.includes("/node_modules/"),
      );
    }
  });
}
